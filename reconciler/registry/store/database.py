"""A database and the two kinds of transaction on it, each inside the error border."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from reconciler.registry.store.border import border, is_transient
from reconciler.registry.store.engine import for_writing, reading_engine, writers_turns, writing_engine
from reconciler.registry.store.retry import retried
from reconciler.registry.store.turns import Turns
from reconciler.registry.url import Address

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Database:
    """An engine, the name that messages give to it, and what its writers line up at.

    May be shared by threads, and by stores of several products.
    """

    engine: Engine
    place: str
    turns: Turns

    @classmethod
    def for_reading(cls, address: Address) -> Database:
        """Return a database that refuses to be written."""
        return cls(reading_engine(address), address.spelled, writers_turns(address))

    @classmethod
    def for_writing(cls, address: Address) -> Database:
        """Return a database for reading and writing."""
        return cls(writing_engine(address), address.spelled, writers_turns(address))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction for reading."""
        with border(self.place), self.engine.begin() as connection:
            yield connection

    def write(self, work: Callable[[Connection], T], *, transient: Callable[[DBAPIError], bool] = is_transient) -> T:
        """Do `work` in a transaction, which an exception rolls back.

        Where the database gives the transaction up for a `transient` reason, `work` is done again from the start: it
        reads anew, and does nothing that the transaction does not undo.
        """
        with border(self.place):
            return retried(lambda: self._once(work), transient)

    def write_at_once(self, work: Callable[[Connection], T]) -> T:
        """Do `work` once, without waiting for other writers of this process or for another program's lock on a file.

        Raises RegistryUnavailable where that can't be.
        """
        with border(self.place):
            return self._once(work, waits=False)

    def _once(self, work: Callable[[Connection], T], *, waits: bool = True) -> T:
        with self.turns.one(waits=waits), for_writing(self.engine, waits=waits).begin() as connection:
            return work(connection)

    def close(self) -> None:
        """Close all connections; SQLite then removes the files that it keeps beside the database."""
        self.engine.dispose()
