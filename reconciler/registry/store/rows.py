"""Rows of the tables as the values that the port speaks of, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, Row, Select

from reconciler.port import HistoryEntry, ManagedBy, Record, Source
from reconciler.registry.spec import Changes
from reconciler.session_type import Period, SessionType
from reconciler.values import JsonValue

# Of a session type's JSON.
_BEGINNING = '{"name":"'
_ENDINGS = tuple(f',"period":"{period.value}"}}' for period in Period)


class DamagedValue(Exception):
    """The database holds a value that was not written by this package. The text says which."""


def read_rows(connection: Connection, query: Select[Any]) -> Sequence[Row[Any]]:
    """Run a query and return its rows."""
    result = connection.execute(query)
    try:
        return result.all()
    except (TypeError, ValueError) as unreadable:
        raise DamagedValue(f"a time can't be read ({unreadable})") from unreadable


def record_of(row: Any) -> Record:
    """Make the record that a row of `session_types` holds, or anything with attributes of the same names."""
    spec = _session_type(row.tag, "spec", row.spec)
    # Of most records git has the last word, and decoding is most of the work of reading them.
    same = row.applied == row.spec
    return Record(
        tag=row.tag,
        spec=spec,
        revision=row.revision,
        managed_by=None if row.project is None else ManagedBy(row.project, row.file, row.commit_id),
        applied=spec if same else _session_type(row.tag, "applied", row.applied),
        created_at=row.created_at,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
    )


def stored_json(tag: str, column: str, text: str | None) -> str | None:
    """Return the JSON that a column of `session_types` keeps as `record_columns` would write it.

    Nearly always that is what stands there. It is known by its ends, for reading all of it is most of the work of
    reading a record; what another hand wrote otherwise is read, and refused where it can't be.
    """
    if text is None or (text.startswith(_BEGINNING) and text.endswith(_ENDINGS)):
        return text
    session_type = _session_type(tag, column, text)
    return None if session_type is None else _text(session_type.to_json())


def record_columns(record: Record) -> dict[str, Any]:
    """Return the columns of `session_types` for a record, the product apart."""
    owner = record.managed_by
    return {
        "tag": record.tag,
        "spec": record.spec and _text(record.spec.to_json()),
        "revision": record.revision,
        "project": owner and owner.project,
        "file": owner and owner.file,
        "commit_id": owner and owner.commit,
        "applied": record.applied and _text(record.applied.to_json()),
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "updated_by": record.updated_by,
    }


def record_text(record: Record) -> str:
    """Return a record as text, to be kept as it is at this moment."""
    return json.dumps(record_columns(record), ensure_ascii=False, separators=(",", ":"), default=datetime.isoformat)


def record_of_text(text: str) -> Record:
    """Make the record that `record_text` wrote."""
    try:
        columns = json.loads(text)
        times = {name: datetime.fromisoformat(columns[name]).astimezone(UTC) for name in ("created_at", "updated_at")}
    except (KeyError, TypeError, ValueError) as unreadable:
        raise DamagedValue("a record that an idempotency key stands for can't be read") from unreadable
    return record_of(SimpleNamespace(**{**columns, **times}))


def entry_of(row: Row[Any]) -> HistoryEntry:
    """Make the entry that a row of `history` holds."""
    return HistoryEntry(
        revision=row.revision,
        tag=row.tag,
        action=row.action,
        at=row.at,
        actor=row.actor,
        source=None if row.project is None else Source(row.project, row.file, row.commit_id, row.plan),
        changes=_changes(row.tag, row.revision, row.changes),
    )


def entry_columns(entry: HistoryEntry) -> dict[str, Any]:
    """Return the columns of `history` for an entry, the product apart."""
    source = entry.source
    return {
        "revision": entry.revision,
        "tag": entry.tag,
        "action": entry.action,
        "at": entry.at,
        "actor": entry.actor,
        "project": source and source.project,
        "file": source and source.file,
        "commit_id": source and source.commit,
        "plan": source and source.plan,
        "changes": _text({field: list(values) for field, values in entry.changes.items()}),
    }


def _session_type(tag: str, column: str, text: str | None) -> SessionType | None:
    if text is None:
        return None
    try:
        return SessionType.from_json(json.loads(text))
    except (KeyError, TypeError, ValueError) as unreadable:
        raise DamagedValue(f"the column `{column}` of the session type `{tag}` can't be read") from unreadable


def _changes(tag: str, revision: int, text: str) -> Changes:
    try:
        return {field: (before, after) for field, (before, after) in json.loads(text).items()}
    except (AttributeError, TypeError, ValueError) as unreadable:
        raise DamagedValue(f"the changes of `{tag}` in revision {revision} can't be read") from unreadable


def _text(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
