"""The store: `reconciler.port.ChangesetRegistry` on a SQL database.

Each call that writes is one transaction, which locks the product; an exception on the way rolls all of it back.
Revisions are the product's and never reused, so a record that was deleted and made anew can't be mistaken for the one
that somebody planned on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Self, TypeVar

from sqlalchemy import Connection

from reconciler.port import HistoryEntry, Record, Snapshot, Source, Write
from reconciler.registry.store import idempotency, operations
from reconciler.registry.store.database import Database
from reconciler.registry.store.reader import StoreReader
from reconciler.registry.store.transaction import Transaction
from reconciler.session_type import SessionType
from reconciler.values import JsonValue

T = TypeVar("T")


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
        """Create a record."""
        return self._write(lambda transaction: operations.create(transaction, session_type, source))

    def create_once(self, key: str, session_type: SessionType, source: Source | None = None) -> tuple[Record, bool]:
        """Create a record under an idempotency key.

        Return the record, and whether this actor had it created under that key already, within a day: then it is the
        record as it was created, and nothing is written. Raises IdempotencyConflict where the key was used for
        another request.
        """
        asked = idempotency.fingerprint(session_type, source)

        def work(transaction: Transaction) -> tuple[Record, bool]:
            return idempotency.once(
                transaction, key, asked, lambda: operations.create(transaction, session_type, source)
            )

        return self._write(work)

    def update(
        self, tag: str, fields: Mapping[str, JsonValue], *, revision: int, source: Source | None = None
    ) -> Record:
        """Replace the given top-level fields, each whole."""
        return self._write(
            lambda transaction: operations.update(transaction, tag, fields, revision=revision, source=source)
        )

    def delete(self, tag: str, *, revision: int, source: Source | None = None) -> None:
        """Delete a record."""
        self._write(lambda transaction: operations.delete(transaction, tag, revision=revision, source=source))

    def commit(self, writes: Sequence[Write]) -> None:
        """Carry out all writes in the given order, or none."""
        self.carry_out(writes)

    def carry_out(self, writes: Sequence[Write]) -> int:
        """Do as `commit` does, and return the product's revision after it."""

        def work(transaction: Transaction) -> int:
            for write in writes:
                operations.carry_out(transaction, write)
            return transaction.revision - 1

        return self._write(work)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write(self, work: Callable[[Transaction], T]) -> T:
        def whole(connection: Connection) -> T:
            transaction = Transaction.begin(connection, self._product, self._actor, self._clock)
            result = work(transaction)
            transaction.end()
            return result

        return self._database.write(whole)
