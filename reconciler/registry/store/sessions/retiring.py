"""Retiring a key: its tokens are worthless from the first commit on, and the sessions that had one as their newest end.

That may be a million sessions. They end some at a time, so that nobody who signs in meanwhile waits long; whoever was
interrupted retires the key once more, which ends the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, select, tuple_, update

from reconciler.registry.store.rows import read_rows
from reconciler.registry.store.session_tables import session_users, sessions
from reconciler.registry.store.sessions import counters, events
from reconciler.registry.store.sessions.context import Context
from reconciler.registry.store.sessions.keys import change, retired_already
from reconciler.registry.store.sessions.revoking import not_over
from reconciler.registry.store.sessions.scopes import Scope
from reconciler.runtime.events import Event, EventKind
from reconciler.runtime.model import KeyInfo, RetiredKey

LOT = 1000


_COLUMNS = (
    sessions.c.session_id,
    sessions.c.tag,
    sessions.c.identifier,
    sessions.c.ends_at,
    sessions.c.ends_minute,
    sessions.c.several_keys,
)


class _User(NamedTuple):
    tag: str
    identifier: str


class _Concerned(NamedTuple):
    """The sessions whose newest token was made with a key, from an id on."""

    scope: Scope
    key_id: str
    after: str


class _Lot(NamedTuple):
    """Sessions that were ended, and the id to go on after; those that were live, by their users."""

    last: str
    ended: int
    live: Counter[_User]
    events: tuple[Event, ...]


def retire(context: Context, scope: Scope, key_id: str) -> RetiredKey:
    """Retire a key and end the sessions whose newest token was made with it. Raises UnknownKey."""
    key, again = _close(context, scope, key_id)
    lots = list(_lots(context, scope, key_id))
    if again and not any(lot.ended for lot in lots):
        raise retired_already(key_id)
    live = sum((lot.live for lot in lots), Counter[_User]())
    return RetiredKey(key, live.total(), len(live))


def _lots(context: Context, scope: Scope, key_id: str) -> Iterator[_Lot]:
    after = ""
    while lot := context.database.write(partial(_log_out, context, _Concerned(scope, key_id, after))):
        context.verifier.learn(*lot.events)
        yield lot
        after = lot.last


def _close(context: Context, scope: Scope, key_id: str) -> tuple[KeyInfo, bool]:
    """Mark the key, tell everybody, and return whether it was marked before."""

    def work(connection: Connection) -> tuple[KeyInfo, bool, Event]:
        now = context.now()
        key, again = context.rings.retire(connection, scope, key_id, now)
        event = change(scope, now)
        events.append(connection, [event], now)
        return key, again, event

    key, again, event = context.database.write(work)
    context.verifier.learn(event)
    return key, again


def _log_out(context: Context, asked: _Concerned, connection: Connection) -> _Lot | None:
    """End the next sessions; None where there are no more."""
    now, scope = context.now(), asked.scope
    made_with = scope.rows(sessions), sessions.c.key_id == asked.key_id, not_over(now)
    concerned = select(*_COLUMNS).where(*made_with)
    found = read_rows(
        connection, concerned.where(sessions.c.session_id > asked.after).order_by(sessions.c.session_id).limit(LOT)
    )
    if not found:
        return None
    _lock_users(connection, scope, {_User(row.tag, row.identifier) for row in found})
    # As the last writer left them.
    rows = read_rows(connection, concerned.where(sessions.c.session_id.in_([row.session_id for row in found])))
    _end(connection, scope, rows, now)
    live = Counter(_User(row.tag, row.identifier) for row in rows if row.ends_at > now)
    _settle(connection, scope, live, now)
    # Such a session may have an older token, made with a key that is still good.
    told = tuple(
        Event(EventKind.SESSION, row.session_id, row.ends_at) for row in rows if row.several_keys and row.ends_at > now
    )
    events.append(connection, told, now)
    return _Lot(found[-1].session_id, len(rows), live, told)


def _lock_users(connection: Connection, scope: Scope, wanted: Collection[_User]) -> None:
    """Lock the rows of users, in one order, before anything of theirs is read."""
    user = tuple_(session_users.c.tag, session_users.c.identifier)
    rows = select(session_users.c.identifier).where(scope.rows(session_users), user.in_(wanted))
    connection.execute(rows.order_by(session_users.c.tag, session_users.c.identifier).with_for_update()).all()


def _end(connection: Connection, scope: Scope, rows: Sequence[Row[Any]], now: datetime) -> None:
    """Mark sessions as revoked, and take them out of the counters of those that end by themselves."""
    ids = [row.session_id for row in rows]
    connection.execute(update(sessions).where(sessions.c.session_id.in_(ids)).values(revoked_at=now, over_at=now))
    by_tag: dict[str, Counter[int]] = {}
    for row in rows:
        by_tag.setdefault(row.tag, Counter())[row.ends_minute] -= 1
    for tag, by_minute in sorted(by_tag.items()):
        counters.add(connection, scope.of_type(tag), ids[0], counters.endings(by_minute))


def _settle(connection: Connection, scope: Scope, wanted: Collection[_User], now: datetime) -> None:
    """Work out until when users are live of whom a live session was ended."""
    if not wanted:
        return
    others = select(func.max(sessions.c.ends_at)).where(
        scope.rows(sessions),
        sessions.c.tag == session_users.c.tag,
        sessions.c.identifier == session_users.c.identifier,
        counters.live(now),
    )
    user = tuple_(session_users.c.tag, session_users.c.identifier)
    theirs = update(session_users).where(scope.rows(session_users), user.in_(wanted))
    connection.execute(theirs.values(live_until=others.scalar_subquery()))
