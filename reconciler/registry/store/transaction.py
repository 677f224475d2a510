"""One transaction that writes to a product.

Beginning it locks the product: its row is read FOR UPDATE, which PostgreSQL needs and SQLite, whose transaction holds
the one write lock already, leaves out. So the revision that the next write will have is known before anything is
checked, and nobody else's write can come between check and commit. Revisions move with the history's entries and not
before: a write that finds nothing to do uses none up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, text, update

from reconciler.port import HistoryEntry, Record, Source
from reconciler.registry.spec import Changes
from reconciler.registry.store.rows import entry_columns, entry_of, read_rows, record_columns, record_of
from reconciler.registry.store.tables import history, products, session_types

# Written out because SQLAlchemy has it per dialect only, while SQLite and PostgreSQL spell it alike.
_ADD_PRODUCT = text("INSERT INTO products (product, revision) VALUES (:product, 0) ON CONFLICT (product) DO NOTHING")


@dataclass(slots=True)
class Transaction:
    """A transaction that holds the product's lock. `revision` is the next write's; the rest stamps them all."""

    connection: Connection
    product: str
    actor: str
    at: datetime
    revision: int

    @classmethod
    def begin(cls, connection: Connection, product: str, actor: str, clock: Callable[[], datetime]) -> Transaction:
        """Lock the product. The clock is read afterwards, so that times follow the order of revisions."""
        revision = _locked_revision(connection, product)
        if revision is None:
            connection.execute(_ADD_PRODUCT, {"product": product})
            revision = _locked_revision(connection, product) or 0
        return cls(connection, product, actor, clock(), revision + 1)

    def find(self, tag: str) -> Record | None:
        """Return the record of a tag, which may be a tombstone."""
        rows = read_rows(self.connection, select(session_types).where(self._is(tag)))
        return record_of(rows[0]) if rows else None

    def last_entry(self, tag: str) -> HistoryEntry | None:
        """Return the newest entry of a tag in the history."""
        of_tag = select(history).where(history.c.product == self.product, history.c.tag == tag)
        rows = read_rows(self.connection, of_tag.order_by(history.c.revision.desc()).limit(1))
        return entry_of(rows[0]) if rows else None

    def insert(self, record: Record) -> None:
        """Add a record under a tag that has none."""
        self.connection.execute(insert(session_types), {"product": self.product, **record_columns(record)})

    def replace(self, record: Record) -> None:
        """Put a record in the place of the one with its tag."""
        self.connection.execute(update(session_types).where(self._is(record.tag)), record_columns(record))

    def remove(self, tag: str) -> None:
        """Take a record away."""
        self.connection.execute(delete(session_types).where(self._is(tag)))

    def log(self, tag: str, action: str, changes: Changes, source: Source | None) -> None:
        """Append to the history, and take the next revision."""
        entry = HistoryEntry(self.revision, tag, action, self.at, self.actor, source, changes)
        self.connection.execute(insert(history), {"product": self.product, **entry_columns(entry)})
        self.revision += 1

    def end(self) -> None:
        """Give the product the revision of its last write, if there was one: the last thing before the commit."""
        last: dict[str, Any] = {"revision": self.revision - 1}
        behind = products.c.product == self.product, products.c.revision < self.revision - 1
        self.connection.execute(update(products).where(*behind), last)

    def _is(self, tag: str) -> ColumnElement[bool]:
        return and_(session_types.c.product == self.product, session_types.c.tag == tag)


def _locked_revision(connection: Connection, product: str) -> int | None:
    return connection.scalar(select(products.c.revision).where(products.c.product == product).with_for_update())
