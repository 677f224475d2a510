"""The store: `reconciler.port.Registry` on a SQL database.

Each write is one transaction that locks the product, checks what the caller saw, writes the record with the product's
next revision and appends one entry to the history. An exception on the way rolls all of it back. Revisions are the
product's and never reused, so a record that was deleted and made anew can't be mistaken for the one that somebody
planned on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Self

from reconciler.port import HistoryEntry, ManagedBy, Record, Snapshot, Source
from reconciler.registry.store.database import Database
from reconciler.registry.store.reader import StoreReader
from reconciler.registry.store.spec import field_changes, merge
from reconciler.registry.store.stale import exists_already, gone, moved
from reconciler.registry.store.write import Write
from reconciler.session_type import SessionType
from reconciler.values import JsonValue


class Store:
    """One product of a database, for one actor. May be used by several threads at once."""

    def __init__(self, database: Database, *, product: str, actor: str, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._reader = StoreReader(database, product=product)
        self._product = product
        self._actor = actor
        self._clock = clock

    def fetch(self) -> Snapshot:
        """Return all records of the product."""
        return self._reader.fetch()

    def history(self, *, tag: str | None = None, after: int = 0) -> tuple[HistoryEntry, ...]:
        """Return the entries of one tag, or of all, with a revision greater than `after`, oldest first."""
        return self._reader.history(tag=tag, after=after)

    def create(self, session_type: SessionType, source: Source | None = None) -> Record:
        """Create a record.

        One that another hand makes in the place of a tombstone keeps the tombstone's owner and applied spec: to git it
        is a record that changed.
        """
        with self._writing() as write:
            found = write.find(session_type.tag)
            if found is not None and found.spec is not None:
                raise exists_already(found)
            record = _written(found or _blank(session_type.tag, write), session_type, write, source)
            record = replace(record, created_at=write.at)
            if found is None:
                write.insert(record)
            else:
                write.replace(record)
            write.log(record.tag, "create", field_changes(None, session_type), source)
        return record

    def update(
        self, tag: str, fields: Mapping[str, JsonValue], *, revision: int, source: Source | None = None
    ) -> Record:
        """Replace the given top-level fields, each whole.

        Where that changes nothing, a source is still recorded (`adopt`); without one nothing is written, so that
        nobody's plan goes stale for it.
        """
        with self._writing() as write:
            found, present = _expected_live(write, tag, revision)
            merged = merge(present, fields)
            changes = field_changes(present, merged)
            if not changes and source is None:
                return found
            record = _written(found, merged, write, source)
            write.replace(record)
            write.log(tag, "update" if changes else "adopt", changes, source)
        return record

    def delete(self, tag: str, *, revision: int, source: Source | None = None) -> None:
        """Delete a record; with a source also the tombstone. Another hand's deletion of an owned record leaves one."""
        with self._writing() as write:
            if source is None:
                found, _ = _expected_live(write, tag, revision)
            else:
                found = _expected(write, tag, revision)
            if source is None and found.managed_by is not None:
                write.replace(_written(found, None, write, None))
            else:
                write.remove(tag)
            write.log(tag, "delete", field_changes(found.spec, None), source)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _writing(self) -> Iterator[Write]:
        with self._database.writing() as connection:
            yield Write.begin(connection, self._product, self._actor, self._clock)


def _expected(write: Write, tag: str, revision: int) -> Record:
    """Return the record, which may be a tombstone, if it is the one that the caller saw."""
    found = write.find(tag)
    if found is None:
        raise gone(tag, write.last_entry(tag), expected=revision)
    if found.revision != revision:
        raise moved(found, expected=revision)
    return found


def _expected_live(write: Write, tag: str, revision: int) -> tuple[Record, SessionType]:
    """Return the record and its session type if it is the one that the caller saw, and no tombstone."""
    found = write.find(tag)
    if found is None or found.spec is None:
        raise gone(tag, write.last_entry(tag), expected=revision)
    if found.revision != revision:
        raise moved(found, expected=revision)
    return found, found.spec


def _blank(tag: str, write: Write) -> Record:
    return Record(tag, None, write.revision, None, None, write.at, write.at, write.actor)


def _written(before: Record, spec: SessionType | None, write: Write, source: Source | None) -> Record:
    """Return the record as this write leaves it; only a write with a source takes hold of owner and applied spec."""
    after = replace(before, spec=spec, revision=write.revision, updated_at=write.at, updated_by=write.actor)
    if source is None:
        return after
    return replace(after, managed_by=ManagedBy(source.project, source.file, source.commit), applied=spec)
