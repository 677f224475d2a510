"""The rules that a session type must meet, in one place for manifests, registry and server.

`SessionTypeFields` states form and documentation of each field (the JSON Schema for editors comes from it too);
pydantic checks it, and `check` turns its findings into problems and adds what spans fields.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reconciler.diagnostics import Code, Problem, described, missing_key, unknown_key, with_article, without_twins
from reconciler.session_type.lifetime import Period
from reconciler.session_type.model import FIELDS, SessionType
from reconciler.session_type.sample import is_storable, sample_problems
from reconciler.session_type.selector import Selector, is_identifier, selectable_paths
from reconciler.values import JsonObject, JsonValue, canonical_value, json_type

TAG_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$"
NAME_LENGTH = 200
EXPIRY_MAX = 2**31 - 1


class SessionTypeFields(BaseModel):
    """A session type: what a user session holds, whom it belongs to and how long it lives."""

    model_config = ConfigDict(extra="forbid", strict=True, title="Session type")

    name: Annotated[str, Field(min_length=1, max_length=NAME_LENGTH, description="Display name.")]
    tag: Annotated[
        str,
        Field(
            pattern=TAG_PATTERN,
            description="Identity: changing it makes another session type. Letters, digits, `_`, `.` and `-`.",
        ),
    ]
    description: Annotated[str, Field(description="What this session is for.")] = ""
    session_schema: Annotated[
        dict[str, Any],
        Field(alias="schema", min_length=1, description="Sample data: what a session of this type holds."),
    ]
    selector: Annotated[
        str,
        Field(
            pattern=r"^\$Session(\{[^{}]+\})+$",
            description="Path to the user's identifier in `schema`, such as `$Session{userId}`.",
        ),
    ]
    expiry: Annotated[int, Field(ge=1, le=EXPIRY_MAX, description="How many periods a session lives.")]
    period: Annotated[str, Field(description="The unit of `expiry`.")]


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
    try:
        SessionTypeFields.model_validate(fields)
    except ValidationError as invalid:
        for error in invalid.errors(include_url=False, include_context=True):
            if error["type"] == "string_unicode":
                continue  # half a character: `_text_problems` names it
            # A key that is half a character has no place, and is named there as well.
            for field in map(str, error["loc"][:1]):
                yield _field_problem(field, error["type"], fields.get(field))


def _field_problem(field: str, kind: str, value: JsonValue) -> Problem:
    match kind:
        case "extra_forbidden":
            return unknown_key((field,), FIELDS, of="a session type")
        case "missing":
            return missing_key((field,))
        case "string_too_short" | "string_too_long":
            return Problem(Code.NAME_LENGTH, (field,), f"A name has 1 to {NAME_LENGTH} characters.")
        case "string_pattern_mismatch" if field == "tag":
            return Problem(
                Code.TAG_FORM,
                (field,),
                "A tag has 1 to 128 letters, digits, `_`, `.` or `-` and starts with a letter or digit.",
                "A colon is not possible: tokens read `tag:token`." if ":" in str(value) else "",
            )
        case "string_pattern_mismatch":
            return Problem(Code.SELECTOR_FORM, (field,), _SELECTOR_FORM, _selector_suggestion(str(value)))
        case "greater_than_equal" | "less_than_equal":
            return Problem(Code.EXPIRY_RANGE, (field,), f"The expiry is a whole number from 1 to {EXPIRY_MAX}.")
        case "too_short":
            return Problem(
                Code.SCHEMA_EMPTY,
                (field,),
                "The schema needs at least one field.",
                "Write a sample: `userId: user_123`.",
            )
        case _:
            expected = _EXPECTED_TYPES[field]
            # A fraction is named for what it is in a whole number's place; elsewhere a value may be sensitive.
            found = described(value) if field == "expiry" else with_article(json_type(value))
            detail = f"`{field}` must be {expected}, not {found}."
            return Problem(Code.WRONG_TYPE, (field,), detail, _type_hint(field, value))


_SELECTOR_FORM = "A selector reads `$Session{field}`, or `$Session{outer}{inner}` for a nested field."
_EXPECTED_TYPES = {
    "name": "a string",
    "tag": "a string",
    "description": "a string",
    "schema": "a mapping of sample data",
    "selector": "a string",
    "expiry": "a whole number",
    "period": "a string",
}


def _type_hint(field: str, value: JsonValue) -> str:
    if field == "expiry" and isinstance(value, str) and value.isdecimal():
        return f"Remove the quotes: `expiry: {value}`."
    if _EXPECTED_TYPES[field] == "a string" and isinstance(value, (bool, int, float)):
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
    likely = difflib.get_close_matches(spelled.lower(), [*Period, "secs", "mins"], n=1)
    names = ", ".join(Period)
    hint = f"Did you mean `{likely[0]}`?" if likely else ""
    yield Problem(Code.UNKNOWN_PERIOD, ("period",), f"The period is one of {names}.", hint)


def _text_problems(fields: Mapping[str, JsonValue]) -> Iterator[Problem]:
    for field, value in fields.items():
        named = f"`{field}`" if is_storable(field) else "A key"
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
    likely = difflib.get_close_matches(str(wrong), possible, n=1)
    if likely:
        return f"Did you mean `{likely[0]}`?"
    more = ", …" if len(possible) > most else ""
    return f"Possible: {', '.join(f'`{each}`' for each in possible[:most])}{more}."
