"""Removing sessions that were over long ago. Totals, users and the timeline stand beside them and stay.

Some at a time, each lot in a transaction of its own, so that nobody waits long.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select

from reconciler.registry.store.database import Database
from reconciler.registry.store.rows import read_rows
from reconciler.registry.store.session_tables import session_counters, session_refreshes, session_starts, sessions
from reconciler.registry.store.sessions import counters, starting
from reconciler.registry.store.sessions.context import Context
from reconciler.registry.store.sessions.scopes import TypeScope
from reconciler.runtime.model import Pruned

LOT = 1000


class _Lot(NamedTuple):
    """How many sessions were removed, and when the last of them was over."""

    removed: int
    over_at: datetime | None


def prune(context: Context, before: datetime, product: str | None) -> Pruned:
    """Remove the sessions that were over before a moment, with what goes with them."""
    now = context.now()
    wanted = sessions.c.over_at < min(before, now)
    if product is not None:
        wanted = and_(wanted, sessions.c.product == product)
    removed, reached = 0, None
    while True:
        lot = _remove_lot(context.database, wanted, reached)
        if lot.over_at is None:
            break
        removed, reached = removed + lot.removed, lot.over_at
    _remove_needless(context.database, now)
    return Pruned(removed)


def _remove_lot(database: Database, wanted: ColumnElement[bool], reached: datetime | None) -> _Lot:
    """Remove the next lot; it begins where the last one ended, or each would pass over all that went before it."""
    if reached is not None:
        wanted = and_(wanted, sessions.c.over_at >= reached)
    oldest = select(sessions.c.session_id, sessions.c.over_at).where(wanted).order_by(sessions.c.over_at).limit(LOT)

    def work(connection: Connection) -> _Lot:
        rows = read_rows(connection, oldest.with_for_update())
        ids = [row.session_id for row in rows]
        connection.execute(delete(session_refreshes).where(session_refreshes.c.session_id.in_(ids)))
        connection.execute(delete(sessions).where(sessions.c.session_id.in_(ids)))
        return _Lot(len(rows), rows[-1].over_at if rows else None)

    return database.write(work)


def _remove_needless(database: Database, now: datetime) -> None:
    """Remove counters of times that are past, and answers that nobody may ask for again."""
    types = select(*_TYPE).where(session_counters.c.kind == counters.STARTED).distinct()
    with database.reading() as connection:
        scopes = [TypeScope(*row) for row in connection.execute(types)]
    past = counters.minute_of(now - timedelta(hours=1))
    for scope in scopes:
        for kind, minutes in counters.ENDINGS:
            wanted = and_(scope.rows(session_counters), counters.between(kind, 0, past // minutes))
            while database.write(partial(_remove_counters, wanted=wanted)):
                pass
    starts = delete(session_starts).where(session_starts.c.created_at < now - starting.KEPT_FOR)
    database.write(lambda connection: connection.execute(starts))


def _remove_counters(connection: Connection, *, wanted: ColumnElement[bool]) -> bool:
    """Remove the oldest of these counters; tell whether there were any."""
    bucket = session_counters.c.bucket
    oldest = select(bucket).where(wanted).order_by(bucket).limit(LOT)
    last = connection.scalar(select(func.max(oldest.subquery().c.bucket)))
    if last is None:
        return False
    connection.execute(delete(session_counters).where(wanted, bucket <= last))
    return True


_TYPE = (session_counters.c.product, session_counters.c.env, session_counters.c.tag)
