"""The declaration file of the Ductape CLI, `ductape/sessions.json`, as manifests.

Its documents know five fields and no schema, selector or period, without which no session type can be made. What is
missing is not made up: the manifest gets a comment where it belongs, and the declaration a warning. Whatever else a
declaration holds of a session type's own fields is taken over, so a completed one becomes a whole manifest.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from reconciler.diagnostics import Code, Diagnostic, InvalidInput, Location, Problem, Severity
from reconciler.manifests.edit import fields_text
from reconciler.manifests.layout import AnyVariable
from reconciler.nodes import Document, located, parse_yaml
from reconciler.session_type import Lifetime, Period, check
from reconciler.values import JsonObject, JsonValue

REFRESH = "refresh_expiry"
# What the platform adds to a record that was read from it and written into the file.
_OF_THE_SERVER = frozenset({"_id", "createdAt", "updatedAt", "created_at", "updated_at", "workspace_id", "product_id"})
_TODO = {
    "schema": "# TODO schema: sample data, all that a session holds. For example:\n# schema:\n#   userId: user_123\n",
    "selector": "# TODO selector: the way to the user's identifier in the schema. For example:\n"
    "# selector: $Session{userId}\n",
}
_ORDER = ("name", "tag", "description", "schema", "selector", "expiry", "period")


@dataclass(frozen=True, slots=True)
class Declared:
    """A session type of the file: the text of its manifest, what that lacks, and the lifetime of its refresh tokens."""

    tag: str
    text: str
    location: Location
    missing: tuple[str, ...] = ()
    refresh: Lifetime | None = None

    def todo(self, manifest: str) -> Iterator[Diagnostic]:
        """Yield a warning for each field that is to be written into the manifest."""
        for name in self.missing:
            yield Diagnostic(
                Code.DECLARATION_INCOMPLETE,
                f"`{self.tag}` is declared without a `{name}`.",
                self.location,
                f"Write it into {manifest}, where a comment tells what it is.",
                Severity.WARNING,
            )


def read_declarations(content: bytes, file: str) -> tuple[Declared, ...]:
    """Read a declaration file. Raises InvalidInput with everything that is wrong in it."""
    items = _items(content, file)
    document = _placed(content, items, file)
    problems: list[Problem] = []
    declared = [_declared(index, item, document, problems) for index, item in enumerate(items)]
    problems += _repeated(items)
    if problems:
        raise InvalidInput(located(problems, document), {file: content.decode(errors="replace")})
    return tuple(each for each in declared if each is not None)


def _items(content: bytes, file: str) -> list[JsonValue]:
    items, problem = _decoded(content, file)
    if isinstance(items, list):
        return items
    hint = 'It begins with `[`: `[{"tag": "user-session", …}]`.'
    what = Diagnostic(Code.JSON_SYNTAX, "The file must hold an array of declarations.", Location(file), hint)
    raise InvalidInput([problem or what], {file: content.decode(errors="replace")})


def _decoded(content: bytes, file: str) -> tuple[JsonValue, Diagnostic | None]:
    """Return what the JSON holds, or why it can't be read."""
    place = Location(file)
    try:
        text = content.removeprefix(codecs.BOM_UTF8).decode()
        return json.loads(text, parse_constant=_no_constant), None
    except json.JSONDecodeError as error:
        why, place = error.msg, Location(file, error.lineno, error.colno)
    except UnicodeDecodeError:
        why = "The file is not UTF-8 text"
    except RecursionError:
        why = "The file is nested too deeply"
    except ValueError as error:
        why = str(error)
    return None, Diagnostic(Code.JSON_SYNTAX, f"{why}.", place)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"JSON has no number `{name}`")


def _placed(content: bytes, items: list[JsonValue], file: str) -> Document:
    """Return the array with its places, which the YAML parser knows; where it can't read it, without them."""
    parsed = parse_yaml(content, file, AnyVariable())
    if len(parsed.documents) == 1 and not parsed.diagnostics:
        return parsed.documents[0]
    return Document(items, {}, Location(file))


def _declared(index: int, item: JsonValue, document: Document, problems: list[Problem]) -> Declared | None:
    if not isinstance(item, dict):
        problems.append(Problem(Code.NOT_A_MAPPING, (index,), "A declaration must be an object."))
        return None
    fields = _fields(item)
    missing = tuple(name for name in _TODO if fields.get(name) is None)
    own = [*_own_problems(fields, missing), *_refresh_problems(item)]
    problems += (
        Problem(each.code, (index, *each.path), each.detail, each.hint, each.at_key, each.severity) for each in own
    )
    if own:
        return None
    seconds = item.get(REFRESH)
    refresh = Lifetime.of_seconds(seconds) if isinstance(seconds, int) else None
    marker = Problem(Code.DECLARATION_INCOMPLETE, (index,), "")
    [place] = located([marker], document)
    tag, location = str(fields["tag"]), place.location or document.location
    return Declared(tag, _text(fields, missing), location, missing, refresh)


def _fields(item: JsonObject) -> dict[str, Any]:
    """Return the fields of the session type; without a period the expiry counts seconds, and gets its best period."""
    ignored = {REFRESH, *_OF_THE_SERVER}
    fields: dict[str, Any] = {name: value for name, value in item.items() if name not in ignored}
    expiry = fields.get("expiry")
    if "period" in fields:
        period = Period.read(fields["period"]) if isinstance(fields["period"], str) else None
        return {**fields, "period": period.value} if period else fields
    if isinstance(expiry, int) and not isinstance(expiry, bool) and expiry > 0:
        lifetime = Lifetime.of_seconds(expiry)
        return {**fields, "expiry": lifetime.expiry, "period": lifetime.period.value}
    return {**fields, "period": Period.SECONDS.value}


def _own_problems(fields: JsonObject, missing: tuple[str, ...]) -> Iterator[Problem]:
    """Yield what is wrong beyond what is missing."""
    given = {name: value for name, value in fields.items() if name not in missing}
    for problem in check(given).problems:
        absent = problem.code is Code.MISSING_FIELD and problem.path[-1:] in {(name,) for name in missing}
        if not absent:
            yield problem


def _refresh_problems(item: JsonObject) -> Iterator[Problem]:
    value = item.get(REFRESH)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        yield Problem(Code.WRONG_TYPE, (REFRESH,), f"`{REFRESH}` must be a whole number of seconds from 1.")


def _repeated(items: list[JsonValue]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, item in enumerate(items):
        tag = item.get("tag") if isinstance(item, dict) else None
        if isinstance(tag, str) and tag in seen:
            yield Problem(Code.DUPLICATE_TAG, (index, "tag"), f"`{tag}` is declared twice in this file.")
        elif isinstance(tag, str):
            seen.add(tag)


def _text(fields: JsonObject, missing: tuple[str, ...]) -> str:
    """Return the manifest, with a comment in the place of each field that is missing."""
    parts = []
    for name in _ORDER:
        if name in missing:
            parts.append(_TODO[name])
        elif fields.get(name) not in (None, ""):
            parts.append(fields_text({name: fields[name]}))
    return "".join(parts)
