"""The platform, or a registry of ours that answers as the platform does: the first answer tells which, once.

Every call begins as one to the platform. The first thing that a plain registry does is to read, so where the answer
turns out to be a registry's of ours nothing was written, and the call is made anew with all that such a one can do.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Generic, Self, TypeVar

from reconciler.port import HistoryEntry, Impact, Record, Snapshot, Source, Write
from reconciler.registry.ductape.client import DuctapeSessions
from reconciler.registry.ductape.extended import ExtendedReader, ExtendedRegistry
from reconciler.registry.ductape.proxy import Extended, Proxy
from reconciler.registry.ledger.ledger import Ledger
from reconciler.registry.plain import Author, PlainReader, PlainRegistry
from reconciler.registry.url import UnsupportedRegistry
from reconciler.session_type import SessionType
from reconciler.values import JsonValue

P = TypeVar("P", bound=PlainReader)
E = TypeVar("E", bound=ExtendedReader)
T = TypeVar("T")


class _Either(Generic[P, E]):
    def __init__(self, sessions: DuctapeSessions, plain: P, extended: E) -> None:
        self._sessions = sessions
        self._plain = plain
        self._extended = extended

    def fetch(self) -> Snapshot:
        """Return all records of the product."""
        return self._asked(lambda either: either.fetch())

    def history(self, *, tag: str | None = None, after: int = 0) -> Iterable[HistoryEntry]:
        """Return the entries of one tag, or of all, oldest first; refused where there is no history."""
        self._find_out(tag)
        return self._asked(lambda either: either.history(tag=tag, after=after))

    def impact(self, tag: str) -> Impact | None:
        """Return the impact of a session type; None where there is no such session type."""
        return self._asked(lambda either: either.impact(tag))

    def impacts(self, tags: Collection[str]) -> Mapping[str, Impact]:
        """Return the impacts of several session types, as far as they are known."""
        self._find_out(next(iter(tags), None))
        return self._asked(lambda either: either.impacts(tags))

    def close(self) -> None:
        """Close the connections."""
        self._sessions.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _asked(self, ask: Callable[[P | E], T]) -> T:
        if not self._sessions.is_extended:
            with suppress(Extended):
                return ask(self._plain)
        if self._plain.has_ledger:
            raise UnsupportedRegistry(
                f"A ledger is for a registry that does not record owners itself, and {self._sessions.place} does",
                hint="Remove `ledger` from the target; `reconciler apply --adopt` then records what is live as yours.",
            )
        return ask(self._extended)

    def _find_out(self, tag: str | None = None) -> None:
        """Ask for something, before a call that a plain registry refuses without asking anything."""
        if self._sessions.is_extended is None:
            with suppress(Extended):
                self._sessions.list() if tag is None else self._sessions.find(tag)


class EitherReader(_Either[PlainReader, ExtendedReader]):
    """One product, for reading. May be used by several threads at once."""

    @classmethod
    def over(cls, proxy: Proxy, product: str, ledger: Ledger | None) -> Self:
        """Read what answers at a proxy."""
        sessions = DuctapeSessions(proxy, product)
        return cls(sessions, PlainReader(sessions, ledger), ExtendedReader(proxy, product))


class EitherRegistry(_Either[PlainRegistry, ExtendedRegistry]):
    """One product. May be used by several threads at once."""

    @classmethod
    def over(cls, proxy: Proxy, product: str, ledger: Ledger | None, author: Author) -> Self:
        """Read and write what answers at a proxy."""
        sessions = DuctapeSessions(proxy, product)
        return cls(sessions, PlainRegistry(sessions, ledger, author), ExtendedRegistry(proxy, product))

    def create(self, session_type: SessionType, source: Source | None = None) -> Record:
        """Create a record."""
        return self._asked(lambda either: either.create(session_type, source))

    def update(
        self, tag: str, fields: Mapping[str, JsonValue], *, revision: int, source: Source | None = None
    ) -> Record:
        """Replace the given top-level fields, each whole."""
        return self._asked(lambda either: either.update(tag, fields, revision=revision, source=source))

    def delete(self, tag: str, *, revision: int, source: Source | None = None) -> None:
        """Delete a record."""
        self._asked(lambda either: either.delete(tag, revision=revision, source=source))

    def commit(self, writes: Sequence[Write]) -> None:
        """Carry out all writes in the given order, or none; refused where each write is one of its own."""
        if writes:
            self._find_out(writes[0].tag)
        self._asked(lambda either: either.commit(writes))
