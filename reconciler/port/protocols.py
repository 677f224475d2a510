"""What a registry can do. Reading and writing are apart, so that `plan` and `drift` hold nothing that could write."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from reconciler.port.impact import Impact
from reconciler.port.records import HistoryEntry, Record, Snapshot, Source
from reconciler.port.writes import Write
from reconciler.session_type import SessionType
from reconciler.values import JsonValue


class Reader(Protocol):
    """The reading half of a registry."""

    def fetch(self) -> Snapshot:
        """Return all records of the product."""
        ...

    def history(self, *, tag: str | None = None, after: int = 0) -> Iterable[HistoryEntry]:
        """Return the entries of one tag, or of all, with a revision greater than `after`, oldest first."""
        ...


class ImpactReader(Reader, Protocol):
    """A reader that is asked for the impact of session types as well."""

    def impact(self, tag: str) -> Impact | None:
        """Return the impact of a session type; None where no record has the tag."""
        ...

    def impacts(self, tags: Collection[str]) -> Mapping[str, Impact]:
        """Return the impacts of several session types, asked for at once.

        A tag that is not in the answer is one of unknown impact, like a number that is None: never take it for 0.
        """
        ...


class Registry(Reader, Protocol):
    """A registry. Each write is atomic, and conditional on what the caller saw; each raises a RegistryError."""

    def create(self, session_type: SessionType, source: Source | None = None) -> Record:
        """Create a record. Raises StaleRecord where the tag exists (a tombstone does not count and is replaced)."""
        ...

    def update(
        self, tag: str, fields: Mapping[str, JsonValue], *, revision: int, source: Source | None = None
    ) -> Record:
        """Replace the given top-level fields, each whole. No fields with a source: record ownership only.

        Raises StaleRecord where the record is not at `revision`, RegistryRejected where the result would be invalid.
        """
        ...

    def delete(self, tag: str, *, revision: int, source: Source | None = None) -> None:
        """Delete a record; with a source also the tombstone. Another hand's deletion of an owned record leaves one.

        Raises StaleRecord where the record is not at `revision`.
        """
        ...


class ChangesetRegistry(Registry, Protocol):
    """A registry that can also carry out several writes as one."""

    def commit(self, writes: Sequence[Write]) -> None:
        """Carry out all writes in the given order, or none: one transaction, but an entry of the history for each.

        Raises what the single write would raise; the error's `tag` says which one it was.
        """
        ...
