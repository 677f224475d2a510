"""Answers as the values that the port speaks of.

Lenient in what is more than we know: a newer registry may say more. Strict in what is needed: whatever lacks is named,
since a record that is only half understood would make a wrong plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.port import EnvironmentImpact, HistoryEntry, Impact, ManagedBy, Record, Source
from reconciler.registry.http.fields import Malformed, moment, object_of, optional, parsed, required
from reconciler.registry.http.quick_record import quick_record
from reconciler.session_type import FIELDS, SessionType
from reconciler.values import JsonValue, same_value

_FIELD_TYPES: Mapping[str, type] = {**dict.fromkeys(FIELDS, str), "schema": dict, "expiry": int}


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
    return record_page_of(parsed(body))


def record_page_of(value: Any) -> RecordPage:
    """Return the page of the list of records that an answer is."""
    page = object_of(value, "the page")
    items: list[Any] = required(page, "items", list, "the page")
    return RecordPage(
        tuple(quick_record(item) or _record(item, f"items[{at}]") for at, item in enumerate(items)),
        required(page, "revision", int, "the page"),
        required(page, "next", str, "the page", or_null=True),
        optional(page, "mark") or "",
    )


def history_page(body: bytes) -> HistoryPage:
    """Read a page of the history."""
    return history_page_of(parsed(body))


def history_page_of(value: Any) -> HistoryPage:
    """Return the page of the history that an answer is."""
    page = object_of(value, "the page")
    items: list[Any] = required(page, "items", list, "the page")
    return HistoryPage(
        tuple(_entry(item, f"items[{at}]") for at, item in enumerate(items)),
        required(page, "next_after", int, "the page", or_null=True),
    )


def record(body: bytes) -> Record:
    """Read one record."""
    return record_of(parsed(body))


def record_of(value: Any) -> Record:
    """Return the record that an answer is."""
    return _record(value, "the record")


def record_of_tag(value: Any, tag: str) -> Record:
    """Return the record that an answer is, which must be that of a tag."""
    found = record_of(value)
    if found.tag != tag:
        raise Malformed(f"it is the record of `{found.tag}`")
    return found


def impact(body: bytes) -> Impact:
    """Read the impact of a session type."""
    return impact_of(parsed(body))


def impact_of(value: Any) -> Impact:
    """Return the impact that an answer is."""
    return _impact(value, "the answer")


def impacts(body: bytes) -> dict[str, Impact]:
    """Read the impacts of all session types of a product, by tag."""
    return impacts_of(parsed(body))


def impacts_of(value: Any) -> dict[str, Impact]:
    """Return the impacts that an answer is, by tag."""
    answer = object_of(value, "the answer")
    items: list[Any] = required(answer, "items", list, "the answer")
    return {str(required(object_of(item, at), "tag", str, at)): _impact(item, at) for at, item in _placed(items)}


def _placed(items: list[Any]) -> Iterator[tuple[str, Any]]:
    return ((f"items[{at}]", item) for at, item in enumerate(items))


def _impact(value: Any, where: str) -> Impact:
    answer = object_of(value, where)
    environments: list[Any] = required(answer, "environments", list, where)
    return Impact(
        required(answer, "live_sessions", int, where, or_null=True),
        required(answer, "live_users", int, where, or_null=True),
        tuple(_environment(item, f"environments[{at}]") for at, item in enumerate(environments)),
    )


def _environment(item: Any, where: str) -> EnvironmentImpact:
    answer = object_of(item, where)
    return EnvironmentImpact(
        str(required(answer, "environment", str, where)),
        int(required(answer, "live_sessions", int, where)),
        int(required(answer, "live_users", int, where)),
    )


def changeset_revision(body: bytes) -> int:
    """Read what a changeset is answered with: the product's revision."""
    return changeset_revision_of(parsed(body))


def changeset_revision_of(value: Any) -> int:
    """Return the product's revision in the answer to a changeset."""
    return int(required(object_of(value, "the answer"), "revision", int, "the answer"))


def _record(value: Any, where: str) -> Record:
    fields = object_of(value, where)
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
    return ManagedBy(required(value, "project", str, where), optional(value, "file"), optional(value, "commit"))


def _entry(value: Any, where: str) -> HistoryEntry:
    fields = object_of(value, where)
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
    rest = (optional(value, name) for name in ("file", "commit", "plan"))
    return Source(required(value, "project", str, where), *rest)


def _change(value: Any, where: str) -> tuple[JsonValue, JsonValue]:
    change = object_of(value, where)
    for name in ("before", "after"):
        if name not in change:
            raise Malformed(f"`{name}` is missing in {where}")
    return change["before"], change["after"]
