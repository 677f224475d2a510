"""Exchanging a refresh token for a new pair, and noticing when one is used twice.

Whoever uses a token that was used before may be a thief, or the victim of one, and nobody can tell which. So its
session is revoked for both, and that is committed before the refusal goes out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from reconciler.registry.store.rows import DamagedValue, read_rows
from reconciler.registry.store.session_tables import session_refreshes, sessions
from reconciler.registry.store.sessions import counters, types, users
from reconciler.registry.store.sessions.context import Context
from reconciler.registry.store.sessions.issuing import Issue, issue
from reconciler.registry.store.sessions.revoking import end
from reconciler.registry.store.sessions.scopes import Scope, TypeScope
from reconciler.runtime.data import still_fits
from reconciler.runtime.errors import RefreshRefused
from reconciler.runtime.events import Event
from reconciler.runtime.keyring import TokenKey
from reconciler.runtime.model import Pair
from reconciler.runtime.policy import ends
from reconciler.runtime.refresh import GRACE, RefreshToken, client_digest
from reconciler.values import JsonObject

_START_ANEW = "Start a new session."


@dataclass(frozen=True, slots=True)
class _Asked:
    scope: TypeScope
    token: RefreshToken
    client: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class _Reused:
    """The outcome that is committed although it is a refusal."""

    events: tuple[Event, ...]


def refresh(context: Context, scope: Scope, tag: str, refresh_token: str, client_key: str | None) -> Pair:
    """Exchange a refresh token for a new pair."""
    token = RefreshToken.parse(refresh_token)
    if token is None:
        raise _invalid()
    client = client_digest(client_key) if client_key is not None else None

    def work(connection: Connection) -> Pair | _Reused:
        return _refresh(context, connection, _Asked(scope.of_type(tag), token, client, context.now()))

    outcome = context.database.write(work)
    if isinstance(outcome, Pair):
        return outcome
    context.verifier.learn(*outcome.events)
    raise _revoked(reused=True)


def _refresh(context: Context, connection: Connection, asked: _Asked) -> Pair | _Reused:
    found = _find(connection, asked)
    if found is None or not asked.token.matches(found.digest):
        raise _invalid()
    key = context.rings.current(connection, asked.scope[:2], asked.now)
    users.lock(connection, asked.scope, found.identifier)
    found = _find(connection, asked)  # as the last writer left it
    if found is None:
        raise _invalid()
    if found.revoked_at is not None:
        raise _revoked()
    if found.used_at is not None:
        return _answered_before(asked, found) or _Reused(end(connection, asked.scope, [found], asked.now))
    if found.expires_at <= asked.now:
        raise RefreshRefused("The refresh token has expired", reason="expired", hint=_START_ANEW)
    issued = _issue(connection, asked, found, key)
    pair = issue(context, connection, asked.scope, issued)
    _use_up(context, connection, asked, pair)
    _prolong(connection, asked, found, issued, pair)
    return pair


def _find(connection: Connection, asked: _Asked) -> Row[Any] | None:
    """Return the refresh token's row with its session's."""
    both = session_refreshes.join(sessions, sessions.c.session_id == session_refreshes.c.session_id)
    token = session_refreshes.c
    columns = token.digest, token.expires_at, token.used_at, token.client, token.answer, *sessions.c
    wanted = token.token_id == asked.token.token_id, asked.scope.rows(sessions)
    rows = read_rows(connection, select(*columns).select_from(both).where(*wanted))
    return rows[0] if rows else None


def _answered_before(asked: _Asked, found: Row[Any]) -> Pair | None:
    """Return the pair again to the client that may not have received it."""
    recent = asked.now - found.used_at <= GRACE
    if not recent or asked.client is None or found.client != asked.client or found.answer is None:
        return None
    return asked.token.unseal(found.answer)


def _issue(connection: Connection, asked: _Asked, found: Row[Any], key: TokenKey) -> Issue:
    """Return what the new pair is made of. Raises RefreshRefused where the session no longer fits its type."""
    session_type, revision = types.live_type(connection, asked.scope.product, asked.scope.tag)
    data = _data(found)
    if not still_fits(session_type, data, found.identifier):
        raise RefreshRefused(
            f"The session type `{asked.scope.tag}` has changed, and the session's data no longer fits it",
            reason="invalid",
            hint=_START_ANEW,
        )
    return Issue(
        session_id=found.session_id,
        identifier=found.identifier,
        data=data,
        revision=revision,
        at=asked.now,
        expires_at=ends(session_type.lifetime, asked.now, expires_in=found.expires_in),
        key=key,
    )


def _data(found: Row[Any]) -> JsonObject:
    try:
        return dict(json.loads(found.data))
    except (TypeError, ValueError) as unreadable:
        raise DamagedValue(f"the data of the session {found.session_id} can't be read") from unreadable


def _use_up(context: Context, connection: Connection, asked: _Asked, pair: Pair) -> None:
    """Mark the token as used. The answers of those before it are needed no more, nor are those that have expired."""
    table = session_refreshes.c
    others = table.session_id == pair.session_id, table.token_id != asked.token.token_id
    connection.execute(delete(session_refreshes).where(*others, table.expires_at <= asked.now))
    connection.execute(update(session_refreshes).where(*others, table.answer.is_not(None)).values(answer=None))
    answer = asked.token.seal(pair, context.surroundings.randomness) if asked.client is not None else None
    used = update(session_refreshes).where(table.token_id == asked.token.token_id)
    connection.execute(used.values(used_at=asked.now, client=asked.client, answer=answer))


def _prolong(connection: Connection, asked: _Asked, found: Row[Any], issued: Issue, pair: Pair) -> None:
    """Move the session's end. It never comes nearer: tokens that were issued before may live longer."""
    ends_at = max(found.ends_at, issued.expires_at)
    minute = counters.minute_of(ends_at)
    columns = {
        "key_id": issued.key.key_id,
        "several_keys": found.several_keys or found.key_id != issued.key.key_id,
        "revision": issued.revision,
        "ends_at": ends_at,
        "ends_minute": minute,
        "over_at": max(ends_at, pair.refresh_expires_at),
    }
    connection.execute(update(sessions).where(sessions.c.session_id == found.session_id).values(**columns))
    users.seen(connection, asked.scope, found.identifier, asked.now, ends_at)
    if minute != found.ends_minute:
        moved = counters.endings({found.ends_minute: -1, minute: 1})
        counters.add(connection, asked.scope, found.session_id, moved)


def _invalid() -> RefreshRefused:
    return RefreshRefused("The refresh token is not valid here", reason="invalid", hint=_START_ANEW)


def _revoked(*, reused: bool = False) -> RefreshRefused:
    why = "The refresh token was used before, so its session was revoked" if reused else "The session was revoked"
    return RefreshRefused(why, reason="revoked", reused=reused, hint=_START_ANEW)
