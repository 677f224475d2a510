"""A database and the two kinds of transaction on it, each inside the error border."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine

from reconciler.registry.store.border import border
from reconciler.registry.store.engine import for_writing


@dataclass(frozen=True, slots=True)
class Database:
    """An engine and the name that messages give to it. May be shared by threads, and by stores of several products.

    `turns` is what the writers of this process line up at. SQLite has no queue: whoever finds the lock taken sleeps and
    tries again, and among sixteen busy threads one was passed over until its timeout. A database that queues its
    writers takes `nullcontext()`.
    """

    engine: Engine
    place: str
    turns: AbstractContextManager[Any] = field(default_factory=Lock)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction for reading."""
        with border(self.place), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction for writing. It ends in a commit, or in a rollback where an exception leaves it."""
        with border(self.place), self.turns, for_writing(self.engine).begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections; SQLite then removes the files that it keeps beside the database."""
        self.engine.dispose()
