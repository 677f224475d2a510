"""Finding a page far back in a list without reading all that comes before it.

To skip rows a database reads them. Of live sessions the counters know how many end on each day, in each hour and in
each minute: that leads to the minute in which a page begins. Users have no such counters; there are fewer of them, and
what is nearer to the end is counted from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, select

from reconciler.registry.store.rows import read_rows
from reconciler.registry.store.session_tables import session_counters, session_users
from reconciler.registry.store.sessions import counters
from reconciler.registry.store.sessions.scopes import TypeScope

_SEEN = (session_users.c.last_seen, session_users.c.identifier)
_SEEN_LAST_FIRST = tuple(column.desc() for column in _SEEN)


class Place(NamedTuple):
    """Where a page begins: so many of the live sessions further that end before a moment, or of all."""

    before: datetime | None
    further: int


def place_of(connection: Connection, scope: TypeScope, start: int, now: datetime) -> Place:
    """Return the place that so many live sessions come before, those that end last first."""
    if start == 0:
        return Place(None, 0)
    running, further = counters.minute_of(now), start
    first, until = running, None
    for kind, minutes in counters.ENDINGS:
        # In the bucket that runs some sessions are over already: its number says nothing, finer counters part it.
        after = max(first // minutes, running // minutes + 1)
        found, rest = _bucket(connection, scope, counters.between(kind, after, until and until // minutes), further)
        if found is None and first > running:
            # The numbers moved since the coarser ones were read, which lead to the page as well, with more to skip.
            break
        further = rest
        bucket = running // minutes if found is None else found
        first, until = bucket * minutes, (bucket + 1) * minutes
    return Place(None if until is None else counters.minute_begin(until), further)


def page_of_users(connection: Connection, scope: TypeScope, slice_: slice, total: int) -> Sequence[Row[Any]]:
    """Return the rows of some of so many users, those seen last first."""
    start, stop = slice_.start, min(slice_.stop, total)
    from_end = total - stop < start
    order, skipped = (_SEEN, total - stop) if from_end else (_SEEN_LAST_FIRST, start)
    names = select(session_users.c.identifier).where(scope.rows(session_users)).order_by(*order)
    # The index alone finds which users are on the page. In one query, a planner may find them anew for each row.
    on_page = connection.scalars(names.limit(max(stop - start, 0)).offset(skipped)).all()
    wanted = and_(scope.rows(session_users), session_users.c.identifier.in_(on_page))
    # Sorted here, or SQLite would read them in their order, past all others.
    rows = read_rows(connection, select(session_users).where(wanted))
    return sorted(rows, key=lambda row: (row.last_seen, row.identifier), reverse=True)


def _bucket(connection: Connection, scope: TypeScope, wanted: Any, further: int) -> tuple[int | None, int]:
    """Return the bucket that an entry is in, from the last one back, and how many come before it in there."""
    bucket = session_counters.c.bucket
    summed = select(bucket, counters.total()).where(scope.rows(session_counters), wanted)
    for found, number in connection.execute(summed.group_by(bucket).order_by(bucket.desc())):
        if further < number:
            return int(found), further
        further -= int(number)
    return None, further
