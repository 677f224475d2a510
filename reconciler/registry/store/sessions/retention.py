"""Removing sessions that were over long ago. Totals, users and the timeline stand beside them and stay.

Some at a time, each lot in a transaction of its own, so that nobody waits long.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, delete, select

from reconciler.registry.store.session_tables import session_counters, session_refreshes, session_starts, sessions
from reconciler.registry.store.sessions import counters, starting
from reconciler.registry.store.sessions.context import Context
from reconciler.runtime.model import Pruned

LOT = 1000


def prune(context: Context, before: datetime, product: str | None) -> Pruned:
    """Remove the sessions that were over before a moment, with what goes with them."""
    now = context.now()
    cut = min(before, now)
    removed = 0
    while lot := context.database.write(lambda connection: _remove_lot(connection, cut, product)):
        removed += lot
    context.database.write(lambda connection: _remove_needless(connection, now))
    return Pruned(removed)


def _remove_lot(connection: Connection, cut: datetime, product: str | None) -> int:
    wanted = sessions.c.over_at < cut
    if product is not None:
        wanted = and_(wanted, sessions.c.product == product)
    oldest = select(sessions.c.session_id).where(wanted).order_by(sessions.c.over_at).limit(LOT)
    ids = list(connection.scalars(oldest.with_for_update()))
    connection.execute(delete(session_refreshes).where(session_refreshes.c.session_id.in_(ids)))
    connection.execute(delete(sessions).where(sessions.c.session_id.in_(ids)))
    return len(ids)


def _remove_needless(connection: Connection, now: datetime) -> None:
    """Remove counters of times that are past, and answers that nobody may ask for again."""
    table = session_counters.c
    for kind, bucket in _PAST_BUCKETS:
        past = table.kind == kind, table.bucket < bucket(now - timedelta(hours=1))
        connection.execute(delete(session_counters).where(*past))
    connection.execute(delete(session_starts).where(session_starts.c.created_at < now - starting.KEPT_FOR))


_PAST_BUCKETS = (
    (counters.ENDS_MINUTE, counters.minute_of),
    (counters.ENDS_HOUR, lambda moment: counters.minute_of(moment) // 60),
)
