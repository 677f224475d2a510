"""The platform's records as session types. Reads what its documents and clients, which differ, may have written.

A record that breaks a rule of ours but has its form is a session type all the same: a plan then shows what would mend
it. One that has not the form is told apart, with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from reconciler.diagnostics import Code
from reconciler.port import Unreadable
from reconciler.registry.plain import Found, Live
from reconciler.session_type import FIELDS, Period, Selector, SessionType, check
from reconciler.values import JsonValue

# Rules that a live record may break and still be compared.
_BEARABLE = {
    Code.NAME_LENGTH,
    Code.SCHEMA_EMPTY,
    Code.SCHEMA_TOO_BIG,
    Code.SCHEMA_TOO_DEEP,
    Code.SELECTOR_FORM,
    Code.SELECTOR_UNRESOLVED,
    Code.SELECTOR_NOT_PRIMITIVE,
}
_MILLISECONDS = 1e11  # a time in seconds is below this for some thousand years


def found_of(record: Mapping[str, Any], *, number: int = 1) -> Found:
    """Return a record as it is live. `number` is its place in the list, for one that has no tag."""
    tag = record.get("tag")
    if not isinstance(tag, str) or not tag:
        return Unreadable(f"record {number} of the list", "It has no `tag`.")
    fields = _fields(record)
    checked = check(fields)
    spec = checked.session_type
    if spec is None:
        grave = [problem.detail for problem in checked.problems if problem.code not in _BEARABLE]
        if grave:
            return Unreadable(tag, " ".join(grave))
        spec = SessionType.from_json({**fields, "period": Period.read(str(fields["period"]))})
    return Live(spec, _time(record, "createdAt", "created_at"), _time(record, "updatedAt", "updated_at"))


def _fields(record: Mapping[str, Any]) -> dict[str, JsonValue]:
    """Return the seven fields, and no others; what is missing and has a meaning gets it."""
    fields = {name: record.get(name) for name in FIELDS}
    return {
        **fields,
        "name": fields["name"] or "",
        "description": fields["description"] or "",
        "schema": _schema(fields["schema"]),
        "selector": _selector(fields["selector"]),
        "expiry": _number(fields["expiry"]),
        # The vendor's declaration file has no period, and seconds.
        "period": _period(fields["period"]) if fields["period"] else Period.SECONDS.value,
    }


def _schema(value: Any) -> JsonValue:
    """Return sample data, which some clients send as JSON text."""
    if isinstance(value, str):
        with suppress(ValueError, RecursionError):
            return _schema_object(json.loads(value))
    return _schema_object(value)


def _schema_object(value: Any) -> JsonValue:
    found: JsonValue = {} if value is None else value
    return found


def _selector(value: Any) -> JsonValue:
    """Return a selector in the one form that new records may have; older forms wrote the path alone."""
    if not isinstance(value, str):
        return "" if value is None else str(value)
    if Selector.parse(value) or set(value) & set("{}$") or not all(value.split(".")):
        return value
    return str(Selector(tuple(value.split("."))))


def _number(value: Any) -> JsonValue:
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value.strip()[:12])
    found: JsonValue = value
    return found


def _period(value: Any) -> JsonValue:
    return value.strip().lower() if isinstance(value, str) else str(value)


def _time(record: Mapping[str, Any], *names: str) -> datetime | None:
    """Return a time in one of the forms that servers of its kind use; None where there is none of them."""
    value = next((record[name] for name in names if record.get(name)), None)
    with suppress(ValueError, OverflowError, OSError):
        match value:
            case str():
                read = datetime.fromisoformat(value)
                return read.replace(tzinfo=read.tzinfo or UTC).astimezone(UTC)
            case int() | float():
                return datetime.fromtimestamp(value / 1000 if value > _MILLISECONDS else value, UTC)
    return None
