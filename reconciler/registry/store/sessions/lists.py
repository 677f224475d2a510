"""Pages of users and live sessions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select

from reconciler.registry.store.rows import DamagedValue, read_rows
from reconciler.registry.store.session_tables import session_users, sessions
from reconciler.registry.store.sessions import numbers, types
from reconciler.registry.store.sessions.context import Context
from reconciler.registry.store.sessions.counters import live
from reconciler.registry.store.sessions.live import live_sessions
from reconciler.registry.store.sessions.scopes import TypeScope
from reconciler.runtime.errors import UnknownUser
from reconciler.runtime.model import ActivePage, SessionInfo, User, UserDetails, UsersPage, UserStatus
from reconciler.runtime.protocol import page_start
from reconciler.values import JsonObject


def active(context: Context, scope: TypeScope, identifier: str | None, page: int, limit: int) -> ActivePage:
    """Return a page of the live sessions."""
    start, now = page_start(page, limit), context.now()
    with context.database.reading() as connection:
        wanted = and_(scope.rows(sessions), live(now))
        if identifier is None:
            total = live_sessions(connection, scope, now)
        else:
            wanted = and_(wanted, sessions.c.identifier == identifier)
            total = connection.scalar(select(func.count()).select_from(sessions).where(wanted)) or 0
        if total == 0:
            types.require(connection, scope)
        # The index alone finds which sessions are on the page, however far back that is.
        ids = select(sessions.c.session_id).where(wanted).order_by(*_LONGEST_FIRST).limit(limit).offset(start)
        rows = read_rows(connection, select(sessions).where(sessions.c.session_id.in_(ids)).order_by(*_LONGEST_FIRST))
        return ActivePage(tuple(_info(row, now) for row in rows), total, page, limit)


def users(context: Context, scope: TypeScope, page: int, limit: int) -> UsersPage:
    """Return a page of the users, those seen last first."""
    start, now = page_start(page, limit), context.now()
    with context.database.reading() as connection:
        total = numbers.total_users(connection, scope)
        if total == 0:
            types.require(connection, scope)
        ordered = select(session_users).where(scope.rows(session_users)).order_by(*_SEEN_LAST_FIRST)
        rows = read_rows(connection, ordered.limit(limit).offset(start))
        return UsersPage(_users(connection, scope, rows, now), total, page, limit)


def user(context: Context, scope: TypeScope, identifier: str, limit: int) -> UserDetails:
    """Return a user with the newest sessions. Raises UnknownUser."""
    page_start(1, limit)
    now = context.now()
    with context.database.reading() as connection:
        own = select(session_users).where(scope.rows(session_users), session_users.c.identifier == identifier)
        found = _users(connection, scope, read_rows(connection, own), now)
        if not found:
            types.require(connection, scope)
            raise UnknownUser(
                f"`{identifier}` never had a session of `{scope.tag}` in {scope.env}",
                hint="`reconciler session users` lists who had.",
            )
        theirs = select(sessions).where(scope.rows(sessions), sessions.c.identifier == identifier)
        rows = read_rows(connection, theirs.order_by(sessions.c.started_at.desc()).limit(limit))
        kept = tuple(_info(row, now) for row in rows)
        return UserDetails(found[0], kept, kept[0].data if kept else None)


_LONGEST_FIRST = (sessions.c.ends_at.desc(), sessions.c.session_id.desc())
_SEEN_LAST_FIRST = (session_users.c.last_seen.desc(), session_users.c.identifier.desc())


def _users(connection: Connection, scope: TypeScope, rows: Sequence[Row[Any]], now: datetime) -> tuple[User, ...]:
    counts = _live_by_user(connection, scope, [row.identifier for row in rows], now)
    return tuple(
        User(
            identifier=row.identifier,
            first_seen=row.first_seen,
            last_seen=row.last_seen,
            total_sessions=row.total_sessions,
            active_sessions=counts.get(row.identifier, 0),
            status=_status(row.live_until, now),
        )
        for row in rows
    )


def _live_by_user(
    connection: Connection, scope: TypeScope, identifiers: Iterable[str], now: datetime
) -> dict[str, int]:
    wanted: ColumnElement[bool] = and_(scope.rows(sessions), sessions.c.identifier.in_(identifiers), live(now))
    counted = select(sessions.c.identifier, func.count()).where(wanted).group_by(sessions.c.identifier)
    return {identifier: number for identifier, number in connection.execute(counted)}  # noqa: C416 - rows are no pairs


def _status(live_until: datetime | None, now: datetime) -> UserStatus:
    if live_until is None:
        return UserStatus.INACTIVE
    return UserStatus.ACTIVE if live_until > now else UserStatus.EXPIRED


def _info(row: Row[Any], now: datetime) -> SessionInfo:
    return SessionInfo(
        session_id=row.session_id,
        identifier=row.identifier,
        started_at=row.started_at,
        ends_at=row.ends_at,
        active=row.revoked_at is None and row.ends_at > now,
        revoked_at=row.revoked_at,
        data=data_of(row),
    )


def data_of(row: Row[Any]) -> JsonObject:
    """Return the data of a session's row."""
    try:
        return dict(json.loads(row.data))
    except (TypeError, ValueError) as unreadable:
        raise DamagedValue(f"the data of the session {row.session_id} can't be read") from unreadable
