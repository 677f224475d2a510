"""A user's row: the totals, until when the user is live, and the lock under which writes about a user take turns."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, func, select, text, update

from reconciler.registry.store.session_tables import session_users, sessions
from reconciler.registry.store.sessions.counters import live
from reconciler.registry.store.sessions.scopes import TypeScope
from reconciler.registry.store.tables import UtcDateTime

# Spelled alike by SQLite and PostgreSQL. Clocks of several machines differ, so moments never go back.
_SEEN = text(
    "INSERT INTO session_users (product, env, tag, identifier, first_seen, last_seen, total_sessions, live_until) "
    "VALUES (:product, :env, :tag, :identifier, :at, :at, :started, :live_until) "
    "ON CONFLICT (product, env, tag, identifier) DO UPDATE SET "
    "total_sessions = session_users.total_sessions + excluded.total_sessions, "
    "last_seen = CASE WHEN session_users.last_seen > excluded.last_seen "
    "THEN session_users.last_seen ELSE excluded.last_seen END, "
    "live_until = CASE WHEN session_users.live_until > excluded.live_until "
    "THEN session_users.live_until ELSE excluded.live_until END "
    "RETURNING total_sessions"
).bindparams(bindparam("at", type_=UtcDateTime), bindparam("live_until", type_=UtcDateTime))


def started(connection: Connection, scope: TypeScope, identifier: str, at: datetime, until: datetime) -> bool:
    """Record that a user starts a session, lock the row, and tell whether the user is new."""
    row = {**scope.columns(), "identifier": identifier, "at": at, "started": 1, "live_until": until}
    return bool(connection.execute(_SEEN, row).scalar_one() == 1)


def seen(connection: Connection, scope: TypeScope, identifier: str, at: datetime, until: datetime) -> None:
    """Record that a user's session goes on."""
    row = {**scope.columns(), "identifier": identifier, "at": at, "started": 0, "live_until": until}
    connection.execute(_SEEN, row)


def lock(connection: Connection, scope: TypeScope, identifier: str) -> None:
    """Lock a user's row. What is read afterwards is as the last writer left it."""
    own = and_(scope.rows(session_users), session_users.c.identifier == identifier)
    connection.execute(select(session_users.c.identifier).where(own).with_for_update())


def settle(connection: Connection, scope: TypeScope, identifier: str, now: datetime) -> None:
    """Work out until when a user is live, after live sessions were revoked."""
    own = and_(scope.rows(sessions), sessions.c.identifier == identifier)
    until = connection.scalar(select(func.max(sessions.c.ends_at)).where(own, live(now)))
    row = and_(scope.rows(session_users), session_users.c.identifier == identifier)
    connection.execute(update(session_users).where(row).values(live_until=until))
