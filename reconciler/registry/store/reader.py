"""The reading half of the store."""

from __future__ import annotations

from typing import Self

from sqlalchemy import select

from reconciler.port import HistoryEntry, Snapshot
from reconciler.registry.store.database import Database
from reconciler.registry.store.rows import entry_of, read_rows, record_of
from reconciler.registry.store.tables import history, products, session_types

# One statement, and so one moment, under any isolation level; a product without records still gives its revision.
_SNAPSHOT = select(
    products.c.revision.label("product_revision"), *(c for c in session_types.c if c.name != "product")
).select_from(products.outerjoin(session_types, products.c.product == session_types.c.product))


class StoreReader:
    """One product of a database, for reading. Owns the database: closing the one closes the other."""

    def __init__(self, database: Database, *, product: str) -> None:
        self._database = database
        self._product = product

    def fetch(self) -> Snapshot:
        """Return all records of the product."""
        with self._database.reading() as connection:
            rows = read_rows(connection, _SNAPSHOT.where(products.c.product == self._product))
            # Sorted here: databases differ in how they order text.
            records = sorted((record_of(row) for row in rows if row.tag is not None), key=lambda record: record.tag)
        return Snapshot(tuple(records), rows[0].product_revision if rows else 0)

    def history(self, *, tag: str | None = None, after: int = 0) -> tuple[HistoryEntry, ...]:
        """Return the entries of one tag, or of all, with a revision greater than `after`, oldest first."""
        query = select(history).where(history.c.product == self._product, history.c.revision > after)
        if tag is not None:
            query = query.where(history.c.tag == tag)
        with self._database.reading() as connection:
            return tuple(entry_of(row) for row in read_rows(connection, query.order_by(history.c.revision)))

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
