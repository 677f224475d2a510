"""A product's records as they are stored, for an answer that repeats them: no spec is made into objects and back.

One statement gives a page and the product's revision of the same moment. Its subqueries depend on no row of the page:
they are run once, and the primary key alone gives the page, in its order. With the page joined to the product, as
`reader` has it, PostgreSQL sorts all that is left of a product for each of its pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, Text, cast, select

from reconciler.port import mark_of
from reconciler.registry.store.rows import DamagedValue, stored_json
from reconciler.registry.store.tables import history, products, session_types
from reconciler.values import exact_rfc3339

NO_MARK = "0"  # of a product that no entry of the history tells of, as of one that nothing was written to
# Rows are taken in lots, so that they can go as soon as they are spelled.
_LOT = 500


class KeptRecord(NamedTuple):
    """A record as it is stored: `spec` and `applied` are JSON, the moments RFC 3339."""

    tag: str
    spec: str | None
    revision: int
    project: str | None
    file: str | None
    commit: str | None
    applied: str | None
    created_at: str
    updated_at: str
    updated_by: str


class Listing:
    """A page of records, to be gone through once, and within the transaction that reads them.

    `revision` and `mark` are the product's at that moment. `more` tells at the end whether a page follows.
    """

    def __init__(self, revision: int, mark: str, rows: Iterable[Row[Any]] = (), limit: int = 0) -> None:
        self.revision = revision
        self.mark = mark
        self.more = False
        self._rows = iter(rows)
        self._limit = limit

    def __iter__(self) -> Iterator[KeptRecord]:
        """Yield the records, in order of their tags."""
        moments = _Moments()
        for row in islice(self._rows, self._limit):
            tag, spec, revision, project, file, commit, applied, created_at, updated_at, by, *_ = tuple(row)
            yield KeptRecord(
                tag,
                stored_json(tag, "spec", spec),
                revision,
                project,
                file,
                commit,
                stored_json(tag, "applied", applied),
                moments[created_at],
                moments[updated_at],
                by,
            )
        self.more = next(self._rows, None) is not None


def listing(connection: Connection, product: str, after_tag: str | None, limit: int) -> Listing | None:
    """Return the first `limit` records whose tags come after `after_tag`; None where there are none."""
    rows = connection.execute(listing_query(product, after_tag, limit))
    found = (row for lot in rows.partitions(_LOT) for row in lot)
    first = next(found, None)
    if first is None:
        return None
    reached = first.product_at
    mark = NO_MARK if reached is None else mark_of(first.product_revision, _moment(reached))
    return Listing(first.product_revision, mark, chain([first], found), limit)


def listing_query(product: str, after_tag: str | None, limit: int) -> Select[Any]:
    """Return the statement, which asks for one record more than are wanted."""
    revision = select(products.c.revision).where(products.c.product == product).scalar_subquery()
    newest = history.c.product == product, history.c.revision == revision
    reached = select(_as_text(history.c.at)).where(*newest).scalar_subquery()
    columns = session_types.c
    query = select(
        columns.tag,
        columns.spec,
        columns.revision,
        columns.project,
        columns.file,
        columns.commit_id,
        columns.applied,
        _as_text(columns.created_at),
        _as_text(columns.updated_at),
        columns.updated_by,
        revision.label("product_revision"),
        reached.label("product_at"),
    ).where(columns.product == product)
    if after_tag is not None:
        query = query.where(columns.tag > after_tag)
    return query.order_by(columns.tag).limit(limit + 1)


def _as_text(moment: Any) -> Any:
    """Ask for a moment as text, which is cheaper to repeat than to understand."""
    return cast(moment, Text)


def _moment(kept: str) -> datetime:
    try:
        found = datetime.fromisoformat(kept)
    except ValueError as unreadable:
        raise DamagedValue(f"a time can't be read ({unreadable})") from unreadable
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


class _Moments(dict[str, str]):
    """Moments as they are spelled: what one changeset wrote has one."""

    def __missing__(self, kept: str) -> str:
        spelled = self[kept] = exact_rfc3339(_moment(kept)) or ""
        return spelled
