"""The reading half of the store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple, Self

from sqlalchemy import Connection, Select, and_, select

from reconciler.port import HistoryEntry, Impact, Record, Snapshot, mark_of
from reconciler.registry.store.database import Database
from reconciler.registry.store.listing import NO_MARK, Listing, listing
from reconciler.registry.store.rows import entry_of, read_rows, record_of
from reconciler.registry.store.sessions.live import impacts
from reconciler.registry.store.tables import history, products, session_types
from reconciler.runtime.surroundings import utc_now

# The entry of the product's revision tells when it was reached; a product without writes has none.
_WITH_NEWEST_ENTRY = products.outerjoin(
    history, and_(history.c.product == products.c.product, history.c.revision == products.c.revision)
)
_RECORD_COLUMNS = tuple(column for column in session_types.c if column.name != "product")


class HistoryPage(NamedTuple):
    """Some entries of the history, oldest first."""

    entries: tuple[HistoryEntry, ...]
    more: bool


class StoreReader:
    """One product of a database, for reading. Owns the database: closing the one closes the other."""

    def __init__(self, database: Database, *, product: str, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._product = product
        self._clock = clock

    def fetch(self) -> Snapshot:
        """Return all records of the product."""
        with self._database.reading() as connection:
            return _snapshot(connection, self._records())

    @contextmanager
    def listing(self, after_tag: str | None, limit: int) -> Iterator[Listing]:
        """Give the first `limit` records whose tags come after `after_tag`, as they are stored, tombstones included."""
        with self._database.reading() as connection:
            while (found := listing(connection, self._product, after_tag, limit)) is None:
                # Of an empty page, too, the revision has to be that of its moment.
                snapshot = _snapshot(connection, self._records(after_tag).limit(1))
                if not snapshot.records:
                    found = Listing(snapshot.revision, snapshot.mark)
                    break
            yield found

    def record(self, tag: str) -> Record | None:
        """Return the record of a tag, which may be a tombstone."""
        query = select(session_types).where(session_types.c.product == self._product, session_types.c.tag == tag)
        with self._database.reading() as connection:
            rows = read_rows(connection, query)
            return record_of(rows[0]) if rows else None

    def impact(self, tag: str) -> Impact | None:
        """Return the impact of a session type; None where no record has the tag."""
        return None if self.record(tag) is None else self.impacts([tag]).get(tag, Impact())

    def impacts(self, tags: Collection[str] | None = None) -> Mapping[str, Impact]:
        """Return the impacts of session types, of all that have a record by default, in a few queries for all."""
        with self._database.reading() as connection:
            if tags is None:
                tags = connection.scalars(
                    select(session_types.c.tag).where(session_types.c.product == self._product)
                ).all()
            return impacts(connection, self._product, tags, self._clock())

    def product_revision(self) -> int:
        """Return the product's revision."""
        query = select(products.c.revision).where(products.c.product == self._product)
        with self._database.reading() as connection:
            return connection.scalar(query) or 0

    def product_mark(self) -> str:
        """Return the product's mark: as long as it is the same, so are all of its records."""
        query = select(products.c.revision, history.c.at).select_from(_WITH_NEWEST_ENTRY)
        with self._database.reading() as connection:
            rows = read_rows(connection, query.where(products.c.product == self._product))
        return mark_of(rows[0].revision, rows[0].at) if rows and rows[0].at else NO_MARK

    def history(self, *, tag: str | None = None, after: int = 0) -> tuple[HistoryEntry, ...]:
        """Return the entries of one tag, or of all, with a revision greater than `after`, oldest first."""
        return self._entries(self._history(tag, after))

    def history_page(self, *, tag: str | None = None, after: int = 0, limit: int) -> HistoryPage:
        """Return the first `limit` entries of what `history` would."""
        entries = self._entries(self._history(tag, after).limit(limit + 1))
        return HistoryPage(entries[:limit], len(entries) > limit)

    def _records(self, after_tag: str | None = None) -> Select[Any]:
        """Return the query for records and product's revision.

        It is one statement, and so one moment, under any isolation level; where there are no records it still gives
        the revision.
        """
        wanted = products.c.product == session_types.c.product
        if after_tag is not None:
            wanted = and_(wanted, session_types.c.tag > after_tag)
        product = (products.c.revision.label("product_revision"), history.c.at.label("product_at"))
        joined = select(*product, *_RECORD_COLUMNS).select_from(_WITH_NEWEST_ENTRY.outerjoin(session_types, wanted))
        return joined.where(products.c.product == self._product).order_by(session_types.c.tag)

    def _history(self, tag: str | None, after: int) -> Select[Any]:
        query = select(history).where(history.c.product == self._product, history.c.revision > after)
        if tag is not None:
            query = query.where(history.c.tag == tag)
        return query.order_by(history.c.revision)

    def _entries(self, query: Select[Any]) -> tuple[HistoryEntry, ...]:
        with self._database.reading() as connection:
            return tuple(entry_of(row) for row in read_rows(connection, query))

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _snapshot(connection: Connection, query: Select[Any]) -> Snapshot:
    rows = read_rows(connection, query)
    if not rows:
        return Snapshot(mark=NO_MARK)
    revision, at = rows[0].product_revision, rows[0].product_at
    records = tuple(record_of(row) for row in rows if row.tag is not None)
    return Snapshot(records, revision, mark=mark_of(revision, at) if at else NO_MARK)
