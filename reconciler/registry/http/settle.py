"""Finding out whether a write whose answer was lost was carried out.

The history says so for certain: it has one entry for each write, with what the write changed and where it came from.
So nothing is written twice, and nobody is told that a write was lost when it was not. What somebody else did in the
meantime is a StaleRecord, as it would have been with an answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

from reconciler.port import Create, Delete, HistoryEntry, ManagedBy, Record, StaleRecord, Update, Write
from reconciler.registry.http.retry import Patience
from reconciler.session_type import Period, SessionType
from reconciler.values import JsonValue, same_value


class Witness(Protocol):
    """What a registry is asked for."""

    def record(self, tag: str, patience: Patience) -> Record | None:
        """Return the record of a tag, which may be a tombstone."""
        ...

    def entries(self, tag: str | None, after: int, patience: Patience) -> Iterator[HistoryEntry]:
        """Yield the entries of one tag, or of all, with a revision greater than `after`, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class Settlement:
    """Asks one registry."""

    reader: Witness

    def update(self, write: Update, patience: Patience) -> Record | None:
        """Return the record as the update left it, or None where the update has not happened."""
        found = self.reader.record(write.tag, patience)
        if found is not None and found.revision == write.revision:
            return None
        first = self._next_entry(write, patience)
        if found is None or found.spec is None or first is None or not _tells_of(first, write):
            raise _moved(write, found)
        later = [each for each in self.reader.entries(write.tag, first.revision, patience) if each.action != "adopt"]
        left = _as_left(found.spec, [each for each in later if each.revision <= found.revision])
        # The entry leaves out what did not change; the record shows it.
        if left is None or not _holds(left, write):
            raise _moved(write, found)
        return _record_as_left(found, left, first)

    def delete(self, write: Delete, patience: Patience) -> bool | None:
        """Return True where the deletion has happened, None where it has not."""
        found = self.reader.record(write.tag, patience)
        if found is not None and found.revision == write.revision:
            return None
        first = self._next_entry(write, patience)
        if first is None or not _tells_of(first, write):
            raise _moved(write, found)
        return True

    def changeset(self, writes: Sequence[Write], floor: int, patience: Patience) -> int | None:
        """Return the revision of a changeset's last write, or None where it has not happened.

        All or nothing was written, so the first write that is sure to leave an entry tells of all of them; the entries
        from there on are compared too, since somebody else may have done the first thing alone.
        """
        logged = [write for write in writes if _leaves_an_entry(write)] or list(writes)
        first = self._first_entry(logged[0], floor, patience)
        if first is None:
            return None
        entries = list(islice(self.reader.entries(None, first.revision - 1, patience), len(writes)))
        rest = iter(entries)
        for write in logged:
            if not any(_tells_of(entry, write) for entry in rest):
                raise _moved(write, None)
        return entries[-1].revision

    def _first_entry(self, write: Write, floor: int, patience: Patience) -> HistoryEntry | None:
        if isinstance(write, Create):
            of_tag = self.reader.entries(write.tag, floor, patience)
            return next((entry for entry in of_tag if _tells_of(entry, write)), None)
        first = self._next_entry(write, patience)
        if first is not None and not _tells_of(first, write):
            raise _moved(write, None)
        return first

    def _next_entry(self, write: Update | Delete, patience: Patience) -> HistoryEntry | None:
        """Return the first thing that happened to the record after what the write was made from."""
        return next(iter(self.reader.entries(write.tag, write.revision, patience)), None)


def _as_left(spec: SessionType, later: Sequence[HistoryEntry]) -> SessionType | None:
    """Return what a record held before others wrote again: each entry tells what it took away.

    None where the record was deleted and made anew since.
    """
    fields = spec.to_json()
    for entry in reversed(later):
        if entry.action != "update":
            return None
        fields |= {name: before for name, (before, _) in entry.changes.items()}
    return SessionType.from_json(fields)


def _record_as_left(found: Record, left: SessionType, entry: HistoryEntry) -> Record:
    """Return the record at the revision of our own write. With a later one, a caller would overwrite it unseen."""
    record = replace(found, spec=left, revision=entry.revision, updated_at=entry.at, updated_by=entry.actor)
    source = entry.source
    if source is None:
        return record
    return replace(record, managed_by=ManagedBy(source.project, source.file, source.commit), applied=left)


def _leaves_an_entry(write: Write) -> bool:
    """Tell whether a write is logged in any case: an update by another hand that changes nothing is not."""
    return write.source is not None or not isinstance(write, Update)


def _tells_of(entry: HistoryEntry, write: Write) -> bool:
    if entry.tag != write.tag or entry.source != write.source:
        return False
    after = {name: values[1] for name, values in entry.changes.items()}
    match write:
        case Create(session_type=session_type):
            return entry.action == "create" and same_value(after, session_type.to_json())
        case Update(fields=fields):
            wanted = {name: _folded(name, value) for name, value in fields.items()}
            asked = {name: wanted[name] for name in after if name in wanted}
            return entry.action in {"update", "adopt"} and same_value(after, asked)
        case Delete():
            return entry.action == "delete"


def _holds(spec: SessionType, write: Update) -> bool:
    live = spec.to_json()
    return all(same_value(live.get(name), _folded(name, value)) for name, value in write.fields.items())


def _folded(name: str, value: JsonValue) -> JsonValue:
    period = Period.read(value) if name == "period" and isinstance(value, str) else None
    return period.value if period else value


def _moved(write: Write, found: Record | None) -> StaleRecord:
    if isinstance(write, Create):
        text = f"`{write.tag}` was written by somebody else in the meantime"
    elif found is None:
        text = f"`{write.tag}` is not at revision {write.revision} any more"
    else:
        done = "deleted" if found.spec is None else "last written"
        text = f"`{write.tag}` is at revision {found.revision} by now, {done} by {found.updated_by}"
    return StaleRecord(text, hint="Plan again to see the registry as it is now.", tag=write.tag)
