"""Answers as the values that the port speaks of.

Lenient in what is more than we know: a newer registry may say more. Strict in what is needed: whatever lacks is named,
since a record that is only half understood would make a wrong plan.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar

from reconciler.port import EnvironmentImpact, HistoryEntry, Impact, ManagedBy, Record, Source
from reconciler.registry.http.quick_record import quick_record
from reconciler.session_type import FIELDS, SessionType
from reconciler.values import JsonValue, same_value

T = TypeVar("T")

_TYPES: Mapping[type, str] = {
    str: "a string",
    int: "a whole number",
    bool: "true or false",
    dict: "an object",
    list: "an array",
}
_FIELD_TYPES: Mapping[str, type] = {**dict.fromkeys(FIELDS, str), "schema": dict, "expiry": int}


class Malformed(Exception):
    """An answer is not what the agreement says. The text says what lacks or is wrong, and where."""


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A page of the list of records; `cursor` leads to the next."""

    records: tuple[Record, ...]
    revision: int
    cursor: str | None
    mark: str = ""


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of the history; `after` leads to the next."""

    entries: tuple[HistoryEntry, ...]
    after: int | None


def record_page(body: bytes) -> RecordPage:
    """Read a page of the list of records."""
    page = _object(_json(body), "the page")
    items: list[Any] = required(page, "items", list, "the page")
    return RecordPage(
        tuple(quick_record(item) or _record(item, f"items[{at}]") for at, item in enumerate(items)),
        required(page, "revision", int, "the page"),
        required(page, "next", str, "the page", or_null=True),
        _optional(page, "mark") or "",
    )


def history_page(body: bytes) -> HistoryPage:
    """Read a page of the history."""
    page = _object(_json(body), "the page")
    items: list[Any] = required(page, "items", list, "the page")
    return HistoryPage(
        tuple(_entry(item, f"items[{at}]") for at, item in enumerate(items)),
        required(page, "next_after", int, "the page", or_null=True),
    )


def record(body: bytes) -> Record:
    """Read one record."""
    return _record(_json(body), "the record")


def impact(body: bytes) -> Impact:
    """Read the impact of a session type."""
    return _impact(_json(body), "the answer")


def impacts(body: bytes) -> dict[str, Impact]:
    """Read the impacts of all session types of a product, by tag."""
    answer = _object(_json(body), "the answer")
    items: list[Any] = required(answer, "items", list, "the answer")
    return {str(required(_object(item, at), "tag", str, at)): _impact(item, at) for at, item in _placed(items)}


def _placed(items: list[Any]) -> Iterator[tuple[str, Any]]:
    return ((f"items[{at}]", item) for at, item in enumerate(items))


def _impact(value: Any, where: str) -> Impact:
    answer = _object(value, where)
    environments: list[Any] = required(answer, "environments", list, where)
    return Impact(
        required(answer, "live_sessions", int, where, or_null=True),
        required(answer, "live_users", int, where, or_null=True),
        tuple(_environment(item, f"environments[{at}]") for at, item in enumerate(environments)),
    )


def _environment(item: Any, where: str) -> EnvironmentImpact:
    answer = _object(item, where)
    return EnvironmentImpact(
        str(required(answer, "environment", str, where)),
        int(required(answer, "live_sessions", int, where)),
        int(required(answer, "live_users", int, where)),
    )


def changeset_revision(body: bytes) -> int:
    """Read what a changeset is answered with: the product's revision."""
    return int(required(_object(_json(body), "the answer"), "revision", int, "the answer"))


def json_object(body: bytes) -> dict[str, Any]:
    """Read an object that has no type of its own here."""
    return _object(_json(body), "the answer")


def problem(body: bytes) -> dict[str, JsonValue] | None:
    """Read a problem document; None where the body is something else."""
    try:
        found = _json(body)
    except Malformed:
        return None
    return found if isinstance(found, dict) and isinstance(found.get("code"), str) else None


def _json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Malformed("it is not JSON") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _record(value: Any, where: str) -> Record:
    fields = _object(value, where)
    spec = _session_type(required(fields, "spec", dict, where, or_null=True), f"{where}.spec")
    return Record(
        tag=required(fields, "tag", str, where),
        spec=spec,
        revision=required(fields, "revision", int, where),
        managed_by=_managed_by(required(fields, "managed_by", dict, where, or_null=True), f"{where}.managed_by"),
        applied=_applied(fields, spec, where),
        created_at=moment(fields, "created_at", where),
        updated_at=moment(fields, "updated_at", where),
        updated_by=required(fields, "updated_by", str, where),
    )


def _applied(fields: dict[str, Any], spec: SessionType | None, where: str) -> SessionType | None:
    """Return what was applied; the spec itself where both are one, as for nearly every record."""
    applied = required(fields, "applied", dict, where, or_null=True)
    return spec if same_value(applied, fields["spec"]) else _session_type(applied, f"{where}.applied")


def _session_type(value: dict[str, Any] | None, where: str) -> SessionType | None:
    if value is None:
        return None
    fields = {name: required(value, name, kind, where) for name, kind in _FIELD_TYPES.items()}
    try:
        return SessionType.from_json(fields)
    except ValueError:
        raise Malformed(f"`period` in {where} is none that this version knows") from None


def _managed_by(value: dict[str, Any] | None, where: str) -> ManagedBy | None:
    if value is None:
        return None
    return ManagedBy(required(value, "project", str, where), _optional(value, "file"), _optional(value, "commit"))


def _entry(value: Any, where: str) -> HistoryEntry:
    fields = _object(value, where)
    changes: dict[str, Any] = required(fields, "changes", dict, where)
    return HistoryEntry(
        revision=required(fields, "revision", int, where),
        tag=required(fields, "tag", str, where),
        action=required(fields, "action", str, where),
        at=moment(fields, "at", where),
        actor=required(fields, "actor", str, where),
        source=_source(required(fields, "source", dict, where, or_null=True), f"{where}.source"),
        changes={name: _change(change, f"{where}.changes.{name}") for name, change in changes.items()},
    )


def _source(value: dict[str, Any] | None, where: str) -> Source | None:
    if value is None:
        return None
    optional = (_optional(value, name) for name in ("file", "commit", "plan"))
    return Source(required(value, "project", str, where), *optional)


def _change(value: Any, where: str) -> tuple[JsonValue, JsonValue]:
    change = _object(value, where)
    for name in ("before", "after"):
        if name not in change:
            raise Malformed(f"`{name}` is missing in {where}")
    return change["before"], change["after"]


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Malformed(f"{where} is not an object")
    return value


def required(fields: dict[str, Any], name: str, kind: type, where: str, *, or_null: bool = False) -> Any:
    """Return a field of the kind that it must have. Raises Malformed."""
    try:
        value = fields[name]
    except KeyError:
        raise Malformed(f"`{name}` is missing in {where}") from None
    # `true` is no number, though Python has it as one.
    if type(value) is kind or (value is None and or_null):
        return value
    raise Malformed(f"`{name}` in {where} is not {_TYPES[kind]}{' or null' if or_null else ''}")


def _optional(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    return value if isinstance(value, str) else None


def moment(fields: dict[str, Any], name: str, where: str) -> datetime:
    """Return a moment, in UTC. Raises Malformed."""
    text: str = required(fields, name, str, where)
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise Malformed(f"`{name}` in {where} is not a time") from None
    if time.tzinfo is None:
        raise Malformed(f"`{name}` in {where} is a time without a zone")
    return time.astimezone(UTC)
