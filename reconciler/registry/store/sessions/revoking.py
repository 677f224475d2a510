"""Ending sessions before their time: one, or all of a user."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, select, update

from reconciler.registry.store.rows import read_rows
from reconciler.registry.store.session_tables import sessions
from reconciler.registry.store.sessions import counters, events, users
from reconciler.registry.store.sessions.context import Context
from reconciler.registry.store.sessions.scopes import Scope, TypeScope
from reconciler.runtime.errors import UnknownSession
from reconciler.runtime.events import Event, EventKind
from reconciler.runtime.model import Revoked


def revoke(context: Context, scope: Scope, tag: str, session_id: str) -> Revoked:
    """End a session. Raises UnknownSession."""
    of_type = scope.of_type(tag)
    wanted = and_(of_type.rows(sessions), sessions.c.session_id == session_id)

    def work(connection: Connection) -> tuple[Event, ...]:
        identifier = connection.scalar(select(sessions.c.identifier).where(wanted))
        if identifier is None:
            raise UnknownSession(
                f"There is no session `{session_id}` of `{tag}` in {scope.env}",
                hint="Is it of this type and environment? A session that was over long ago may have been pruned.",
            )
        return _end_of_user(connection, of_type, identifier, wanted, context.now())

    return _revoked(context, context.database.write(work))


def revoke_all(context: Context, scope: Scope, tag: str, identifier: str) -> Revoked:
    """End all sessions of a user."""
    of_type = scope.of_type(tag)
    wanted = and_(of_type.rows(sessions), sessions.c.identifier == identifier)

    def work(connection: Connection) -> tuple[Event, ...]:
        return _end_of_user(connection, of_type, identifier, wanted, context.now())

    return _revoked(context, context.database.write(work))


def end(connection: Connection, scope: TypeScope, ended: Sequence[Row[Any]], now: datetime) -> tuple[Event, ...]:
    """End sessions of one user, whose row is locked, and return what everybody must hear of."""
    for row in ended:
        own = update(sessions).where(sessions.c.session_id == row.session_id)
        connection.execute(own.values(revoked_at=now, over_at=now))
        counters.add(connection, scope, row.session_id, counters.endings({row.ends_minute: -1}))
    told = tuple(Event(EventKind.SESSION, row.session_id, row.ends_at) for row in ended)
    if any(row.ends_at > now for row in ended):
        users.settle(connection, scope, ended[0].identifier, now)
    events.append(connection, told, now)
    return told


def _end_of_user(
    connection: Connection, scope: TypeScope, identifier: str, wanted: ColumnElement[bool], now: datetime
) -> tuple[Event, ...]:
    users.lock(connection, scope, identifier)
    columns = sessions.c.session_id, sessions.c.identifier, sessions.c.ends_at, sessions.c.ends_minute
    return end(connection, scope, read_rows(connection, select(*columns).where(wanted, not_over(now))), now)


def _revoked(context: Context, told: tuple[Event, ...]) -> Revoked:
    context.verifier.learn(*told)
    return Revoked(len(told))


def not_over(now: datetime) -> ColumnElement[bool]:
    """Return the condition for sessions that are live, or could be refreshed."""
    return and_(sessions.c.revoked_at.is_(None), sessions.c.over_at > now)
