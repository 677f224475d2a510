"""Ending sessions before their time: one, all of a user, or all that a key's retirement logs out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, distinct, func, select, tuple_, update

from reconciler.registry.store.rows import read_rows
from reconciler.registry.store.session_tables import session_users, sessions
from reconciler.registry.store.sessions import counters, events, users
from reconciler.registry.store.sessions.context import Context
from reconciler.registry.store.sessions.keys import change
from reconciler.registry.store.sessions.scopes import Scope, TypeScope
from reconciler.runtime.errors import UnknownSession
from reconciler.runtime.events import Event, EventKind
from reconciler.runtime.model import RetiredKey, Revoked


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
    return end(connection, scope, read_rows(connection, select(*columns).where(wanted, _not_over(now))), now)


def _revoked(context: Context, told: tuple[Event, ...]) -> Revoked:
    context.verifier.learn(*told)
    return Revoked(len(told))


def retire(context: Context, scope: Scope, key_id: str) -> RetiredKey:
    """Retire a key and end the sessions whose newest token was made with it. Raises UnknownKey."""

    def work(connection: Connection) -> tuple[RetiredKey, Event]:
        now = context.now()
        key = context.rings.retire(connection, scope, key_id, now)
        made_with = and_(scope.rows(sessions), sessions.c.key_id == key_id, _not_over(now))
        _lock_users(connection, scope, made_with)
        live = _live_counts(connection, and_(made_with, counters.live(now)))
        _count_out(connection, scope, made_with)
        ended = update(sessions).where(made_with).values(revoked_at=now, over_at=now)
        connection.execute(ended)
        _settle_all(connection, scope, key_id, now)
        event = change(scope, now)
        events.append(connection, [event], now)
        return RetiredKey(key, *live), event

    retired, event = context.database.write(work)
    context.verifier.learn(event)
    return retired


def _not_over(now: datetime) -> ColumnElement[bool]:
    return and_(sessions.c.revoked_at.is_(None), sessions.c.over_at > now)


def _lock_users(connection: Connection, scope: Scope, wanted: ColumnElement[bool]) -> None:
    """Lock the rows of all users concerned, in one order, before anything of theirs is read."""
    concerned = select(sessions.c.tag, sessions.c.identifier).where(wanted)
    user = tuple_(session_users.c.tag, session_users.c.identifier)
    ordered = select(session_users.c.identifier).where(scope.rows(session_users), user.in_(concerned))
    connection.execute(ordered.order_by(session_users.c.tag, session_users.c.identifier).with_for_update()).all()


def _live_counts(connection: Connection, wanted: ColumnElement[bool]) -> tuple[int, int]:
    """Return how many sessions and users that are; a user of two session types is two."""
    by_type = select(func.count(), func.count(distinct(sessions.c.identifier))).where(wanted).group_by(sessions.c.tag)
    rows = connection.execute(by_type).all()
    return sum(row[0] for row in rows), sum(row[1] for row in rows)


def _count_out(connection: Connection, scope: Scope, wanted: ColumnElement[bool]) -> None:
    """Take the sessions out of the counters of those that end by themselves."""
    grouped = select(sessions.c.tag, sessions.c.ends_minute, func.count()).where(wanted)
    by_tag: dict[str, Counter[int]] = {}
    for tag, minute, number in connection.execute(grouped.group_by(sessions.c.tag, sessions.c.ends_minute)):
        by_tag.setdefault(tag, Counter())[minute] -= number
    for tag, by_minute in by_tag.items():
        counters.add(connection, scope.of_type(tag), "", counters.endings(by_minute))


def _settle_all(connection: Connection, scope: Scope, key_id: str, now: datetime) -> None:
    """Work out until when each user is live who had a live session that this very retirement ended."""
    concerned = select(sessions.c.tag, sessions.c.identifier).where(
        scope.rows(sessions), sessions.c.key_id == key_id, sessions.c.revoked_at == now, sessions.c.ends_at > now
    )
    others = select(func.max(sessions.c.ends_at)).where(
        scope.rows(sessions),
        sessions.c.tag == session_users.c.tag,
        sessions.c.identifier == session_users.c.identifier,
        counters.live(now),
    )
    user = tuple_(session_users.c.tag, session_users.c.identifier)
    concerned_users = update(session_users).where(scope.rows(session_users), user.in_(concerned))
    connection.execute(concerned_users.values(live_until=others.scalar_subquery()))
