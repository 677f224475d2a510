"""The rules that a session type must meet, in one place for manifests, registry and server.

The form of each field is here once: `SessionTypeFields` documents it, with the same limits and patterns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.diagnostics import Code, Problem, described, missing_key, unknown_key, with_article, without_twins
from reconciler.session_type.lifetime import Period
from reconciler.session_type.model import FIELDS, SessionType
from reconciler.session_type.sample import is_storable, sample_problems
from reconciler.session_type.selector import Selector, is_identifier, selectable_paths
from reconciler.values import JsonObject, JsonValue, canonical_value, json_type

TAG_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$"
SELECTOR_PATTERN = r"^\$Session(\{[^{}]+\})+$"
NAME_LENGTH = 200
EXPIRY_MAX = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a check: a session type, or the problems that forbid one."""

    session_type: SessionType | None
    problems: tuple[Problem, ...] = ()


def check(fields: Mapping[str, JsonValue]) -> Checked:
    """Check the seven fields of a session type and report every problem at once."""
    if isinstance(expiry := fields.get("expiry"), float):
        fields = {**fields, "expiry": canonical_value(expiry)}  # 7.0 is 7
    unstorable = list(_text_problems(fields))
    problems = [*without_twins(_field_problems(fields)), *_period_problems(fields)]
    schema = fields.get("schema")
    if isinstance(schema, dict) and schema:
        problems += sample_problems(schema)
        problems += _selector_problems(fields.get("selector"), schema)
    if unstorable or problems:
        places = {each.path for each in unstorable}
        return Checked(None, (*unstorable, *(each for each in problems if each.path not in places)))
    period = Period.read(str(fields["period"]))
    return Checked(SessionType.from_json({"description": "", **fields, "period": period}))


def _field_problems(fields: Mapping[str, JsonValue]) -> Iterator[Problem]:
    for field in FIELDS:
        if field in fields:
            if problem := _form_problem(field, fields[field]):
                yield problem
        elif field not in _OPTIONAL:
            yield missing_key((field,))
    for field in fields:
        if field not in _FORMS:
            yield unknown_key((field,), FIELDS, of="a session type")


def have_their_forms(fields: Mapping[str, JsonValue]) -> bool:
    """Tell whether each field by itself is right, and no other is there."""
    if len(fields) != len(FIELDS) - ("description" not in fields):
        return False
    for field, (kind, _, has_form) in _FORMS.items():
        value = fields.get(field, "" if field in _OPTIONAL else None)
        if type(value) is not kind or not has_form(value):
            return False
    return True


def _form_problem(field: str, value: JsonValue) -> Problem | None:
    """Return what is wrong with a field by itself."""
    kind, expected, has_form = _FORMS[field]
    if type(value) is not kind and (not isinstance(value, kind) or isinstance(value, bool)):
        # A fraction is named for what it is in a whole number's place; elsewhere a value may be sensitive.
        found = described(value) if field == "expiry" else with_article(json_type(value))
        return Problem(
            Code.WRONG_TYPE, (field,), f"`{field}` must be {expected}, not {found}.", _type_hint(field, value)
        )
    return None if has_form(value) else _malformed(field, str(value))


def _malformed(field: str, value: str) -> Problem:
    match field:
        case "name":
            return Problem(Code.NAME_LENGTH, (field,), f"A name has 1 to {NAME_LENGTH} characters.")
        case "tag":
            detail = "A tag has 1 to 128 letters, digits, `_`, `.` or `-` and starts with a letter or digit."
            hint = "A colon is not possible: tokens read `tag:token`." if ":" in value else ""
            return Problem(Code.TAG_FORM, (field,), detail, hint)
        case "schema":
            detail = "The schema needs at least one field."
            return Problem(Code.SCHEMA_EMPTY, (field,), detail, "Write a sample: `userId: user_123`.")
        case "selector":
            return Problem(Code.SELECTOR_FORM, (field,), _SELECTOR_FORM, _selector_suggestion(value))
        case _:
            return Problem(Code.EXPIRY_RANGE, (field,), f"The expiry is a whole number from 1 to {EXPIRY_MAX}.")


_SELECTOR_FORM = "A selector reads `$Session{field}`, or `$Session{outer}{inner}` for a nested field."
_OPTIONAL = {"description"}
# Of each field: its type, that type's name, and whether a value of the type is right.
_FORMS: Mapping[str, tuple[type, str, Callable[[Any], object]]] = {
    "name": (str, "a string", lambda value: 0 < len(value) <= NAME_LENGTH),
    "tag": (str, "a string", re.compile(TAG_PATTERN).fullmatch),
    "description": (str, "a string", lambda _: True),
    "schema": (dict, "a mapping of sample data", bool),
    "selector": (str, "a string", re.compile(SELECTOR_PATTERN).fullmatch),
    "expiry": (int, "a whole number", lambda value: 1 <= value <= EXPIRY_MAX),
    "period": (str, "a string", lambda _: True),
}


def _type_hint(field: str, value: JsonValue) -> str:
    if field == "expiry" and isinstance(value, str) and value.isdecimal():
        return f"Remove the quotes: `expiry: {value}`."
    if _FORMS[field][0] is str and isinstance(value, (bool, int, float)):
        return "Put quotes around it."
    return ""


def _selector_suggestion(written: str) -> str:
    keys = re.findall(r"[^\s$.(){}\[\]]+", written)
    if keys and keys[0].casefold() == "session":
        del keys[0]
    return f"Did you mean `{Selector(tuple(keys))}`?" if keys else ""


def _period_problems(fields: Mapping[str, JsonValue]) -> Iterator[Problem]:
    spelled = fields.get("period")
    if not isinstance(spelled, str) or Period.read(spelled):
        return
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    likely = get_close_matches(spelled.lower(), [*Period, "secs", "mins"], n=1)
    names = ", ".join(Period)
    hint = f"Did you mean `{likely[0]}`?" if likely else ""
    yield Problem(Code.UNKNOWN_PERIOD, ("period",), f"The period is one of {names}.", hint)


def _text_problems(fields: Mapping[str, JsonValue]) -> Iterator[Problem]:
    for field, value in fields.items():
        named = f"`{field}`" if field in _FORMS or is_storable(field) else "A key"
        if named == "A key" or (isinstance(value, str) and not is_storable(value)):
            detail = f"{named} holds a NUL, or half a character (a lone surrogate), which can't be stored."
            yield Problem(Code.TEXT_CHARACTER, (field,), detail)


def _selector_problems(written: JsonValue, schema: JsonObject) -> Iterator[Problem]:
    selector = Selector.parse(written) if isinstance(written, str) else None
    if selector is None:
        return
    try:
        sample = selector.resolve(schema)
    except KeyError:
        detail = f"`{selector}` leads to nothing in the schema."
        yield Problem(Code.SELECTOR_UNRESOLVED, ("selector",), detail, _possible_selectors(selector, schema))
        return
    if not is_identifier(sample):
        detail = f"`{selector}` leads to {with_article(json_type(sample))}; it must be a string, number or boolean."
        yield Problem(Code.SELECTOR_NOT_PRIMITIVE, ("selector",), detail, _possible_selectors(selector, schema))


def _possible_selectors(wrong: Selector, schema: JsonObject, *, most: int = 5) -> str:
    possible = [str(selector) for selector in selectable_paths(schema)]
    if not possible:
        return "The schema has no string, number or boolean that a selector could pick."
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    likely = get_close_matches(str(wrong), possible, n=1)
    if likely:
        return f"Did you mean `{likely[0]}`?"
    more = ", …" if len(possible) > most else ""
    return f"Possible: {', '.join(f'`{each}`' for each in possible[:most])}{more}."
