"""The dashboard: the numbers of a session type in an environment, none of them counted over all sessions."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, and_, func, select

from reconciler.registry.store.session_tables import session_counters, session_users
from reconciler.registry.store.sessions import counters, live, types
from reconciler.registry.store.sessions.context import Context
from reconciler.registry.store.sessions.scopes import TypeScope
from reconciler.runtime.model import Dashboard, Day


def dashboard(context: Context, scope: TypeScope, days: int) -> Dashboard:
    """Return the numbers of a session type in an environment."""
    now = context.now()
    today = counters.day_of(now)
    with context.database.reading() as connection:
        total = total_users(connection, scope)
        if total == 0:
            types.require(connection, scope)
        active = _users(connection, scope, session_users.c.live_until > now)
        inactive = _users(connection, scope, session_users.c.live_until.is_(None))
        new = _by_day(connection, scope, counters.NEW_USERS, today - max(days, 7))
        started = _by_day(connection, scope, counters.STARTED, today - days)
        return Dashboard(
            total_users=total,
            active_users=active,
            inactive_users=inactive,
            expired_users=total - active - inactive,
            new_users_today=new.get(today, 0),
            new_users_this_week=sum(new.get(day, 0) for day in range(today - now.weekday(), today + 1)),
            total_sessions=_sum(connection, scope, session_counters.c.kind == counters.STARTED),
            active_sessions=live.live_sessions(connection, scope, now),
            timeline=tuple(
                Day(counters.date_of(day), started.get(day, 0), new.get(day, 0))
                for day in range(today - days + 1, today + 1)
            ),
        )


def total_users(connection: Connection, scope: TypeScope) -> int:
    """Return how many users there ever were."""
    return _sum(connection, scope, session_counters.c.kind == counters.NEW_USERS)


def _users(connection: Connection, scope: TypeScope, wanted: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(session_users).where(scope.rows(session_users), wanted)
    return connection.scalar(counted) or 0


def _sum(connection: Connection, scope: TypeScope, wanted: ColumnElement[bool]) -> int:
    summed = select(counters.total()).where(scope.rows(session_counters), wanted)
    return int(connection.scalar(summed) or 0)


def _by_day(connection: Connection, scope: TypeScope, kind: str, after: int) -> dict[int, int]:
    table = session_counters.c
    own = and_(scope.rows(session_counters), table.kind == kind, table.bucket > after)
    rows = connection.execute(select(table.bucket, counters.total()).where(own).group_by(table.bucket))
    return {int(day): int(number) for day, number in rows}
