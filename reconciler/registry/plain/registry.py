"""A plain registry as a `reconciler.port.Registry`.

A write goes in four steps: read the record again and compare it with what the caller saw; note in the ledger what is
about to be written; write; note that it was written. After a crash between any two of them the next run sees from live
which of both is true, so nothing has to be repaired. Between two runs with one ledger the note also decides who comes
first. Against another hand there remains the moment between the reading and the writing, which no client can close.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from reconciler.port import (
    ManagedBy,
    Record,
    RegistryError,
    RegistryRejected,
    RegistryUnavailable,
    Source,
    Unreadable,
    Write,
)
from reconciler.registry.ledger.entry import Entry, Intent
from reconciler.registry.ledger.ledger import Ledger
from reconciler.registry.plain.live import Live, LiveSessions
from reconciler.registry.plain.reader import PlainReader
from reconciler.registry.plain.seen import Seen
from reconciler.registry.spec import field_changes, merge
from reconciler.session_type import SessionType
from reconciler.values import JsonValue


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes, and the clock that tells when: for the ledger, since a plain registry does not record it."""

    name: str
    clock: Callable[[], datetime]


class PlainRegistry(PlainReader):
    """One product of a plain registry. May be used by several threads at once."""

    def __init__(self, sessions: LiveSessions, ledger: Ledger | None, author: Author) -> None:
        super().__init__(sessions, ledger)
        self._author = author

    def create(self, session_type: SessionType, source: Source | None = None) -> Record:
        """Create a record, and read it back."""
        seen = self._seen(session_type.tag)
        seen.check_absent()
        return self._written(seen, session_type, source, lambda: self._sessions.create(session_type))

    def update(
        self, tag: str, fields: Mapping[str, JsonValue], *, revision: int, source: Source | None = None
    ) -> Record:
        """Replace the given top-level fields, each whole, and read the record back."""
        seen = self._seen(tag)
        before = seen.live_at(revision)
        after = merge(before, fields)
        changed = {name: after.to_json()[name] for name in field_changes(before, after)}
        if changed:
            return self._written(
                seen, after, source, lambda: self._sessions.update(changed, before=before, after=after)
            )
        if self._ledger and source:
            entry = self._entry(after, source)
            self._ledger.exchange(tag, seen.entry, entry)
            seen = Seen(tag, seen.found, entry)
        return _record(seen)

    def delete(self, tag: str, *, revision: int, source: Source | None = None) -> None:
        """Delete a record; with a source also its entry in the ledger."""
        seen = self._seen(tag)
        if seen.found is None and source and self._ledger and seen.standing.applied:
            seen.check_revision(revision)
            self._ledger.exchange(tag, seen.entry, None)
            return
        before = seen.live_at(revision)
        self._noted(seen, None, source, lambda: self._sessions.delete(before))

    def commit(self, writes: Sequence[Write]) -> None:
        """Refuse: each write is a call of its own there, and none can be taken back."""
        if writes:
            self._refuse_changeset()

    def _seen(self, tag: str) -> Seen:
        """Read a record again, the ledger first: what comes in between makes the write stale and not wrong."""
        entry = self._ledger.entry(tag) if self._ledger else None
        return Seen(tag, self._sessions.find(tag), entry)

    def _written(self, seen: Seen, after: SessionType, source: Source | None, write: Callable[[], None]) -> Record:
        entry = self._noted(seen, after, source, write)
        found = self._sessions.find(seen.tag)
        if not isinstance(found, Live) or not found.spec.same_as(after):
            raise self._not_as_sent(seen.tag, after, found)
        return _record(Seen(seen.tag, found, entry))

    def _noted(
        self, seen: Seen, after: SessionType | None, source: Source | None, write: Callable[[], None]
    ) -> Entry | None:
        """Write, with a note in the ledger before and after. Returns the entry that is there in the end."""
        ledger, tag, before = self._ledger, seen.tag, seen.entry
        if ledger is None or source is None:
            write()
            return before
        noted = (before or Entry(self._author.name, self._author.clock())).intending(Intent(_owner(source), after))
        ledger.exchange(tag, before, noted)
        try:
            write()
        except RegistryUnavailable:
            raise  # it may have been written: live will tell
        except RegistryError:
            with suppress(RegistryError):  # a note of what was not written does no harm
                ledger.exchange(tag, noted, before)
            raise
        entry = self._entry(after, source) if after else None
        try:
            ledger.exchange(tag, noted, entry)
        except RegistryError as error:
            hint = "The session type itself was written, and the next run will see that."
            raise RegistryUnavailable(error.message, hint=f"{error.hint} {hint}".strip(), tag=tag) from error
        return entry

    def _entry(self, applied: SessionType, source: Source) -> Entry:
        return Entry(self._author.name, self._author.clock(), _owner(source), applied)

    def _not_as_sent(self, tag: str, sent: SessionType, found: Live | Unreadable | None) -> RegistryError:
        place = self._sessions.place
        if found is None:
            text = f"{place} answered that `{tag}` was written, and does not have it"
        elif isinstance(found, Unreadable):
            text = f"`{tag}` was written, and what {place} made of it can't be read: {found.reason}"
        else:
            names = ", ".join(f"`{name}`" for name in field_changes(sent, found.spec))
            text = f"`{tag}` was written, but {place} has another {names} than was sent"
        return RegistryError(text, hint="Plan again to see the registry as it is now.", tag=tag)

    def _refuse_changeset(self) -> NoReturn:
        raise RegistryRejected(
            f"The registry {self._sessions.place} can't carry out several writes as one",
            hint="Apply without --atomic: a rerun does what is left.",
        )


def _owner(source: Source) -> ManagedBy:
    return ManagedBy(source.project, source.file, source.commit)


def _record(seen: Seen) -> Record:
    record = seen.record()
    if record is None:
        raise AssertionError(f"`{seen.tag}` was just written")
    return record
