"""Starting a session: one transaction, and one session however often the same request is sent."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, insert, select, text, update

from reconciler.port import IdempotencyConflict, RegistryRejected
from reconciler.registry.store.rows import read_rows
from reconciler.registry.store.session_tables import session_starts, sessions
from reconciler.registry.store.sessions import counters, types, users
from reconciler.registry.store.sessions.context import Context
from reconciler.registry.store.sessions.issuing import Issue, issue
from reconciler.registry.store.sessions.scopes import Scope, TypeScope
from reconciler.registry.store.tables import UtcDateTime
from reconciler.runtime.data import data_problems, data_text, form_problems, identifier_of
from reconciler.runtime.errors import DataProblem, InvalidSessionData
from reconciler.runtime.keyring import TokenKey
from reconciler.runtime.model import Pair
from reconciler.runtime.policy import ends, expires_in_problem
from reconciler.runtime.refresh import seal_pair, unseal_pair
from reconciler.session_type import SessionType
from reconciler.values import JsonObject, canonical_json

KEPT_FOR = timedelta(hours=24)
KEY_LENGTH = 255

# Spelled alike by SQLite and PostgreSQL. Of two requests that come at once, one inserts and the other waits for it.
_CLAIM = text(
    "INSERT INTO session_starts (product, env, actor, key, fingerprint, key_id, answer, created_at) "
    "VALUES (:product, :env, :actor, :key, :fingerprint, '', '', :at) "
    "ON CONFLICT (product, env, actor, key) DO NOTHING"
).bindparams(bindparam("at", type_=UtcDateTime))


@dataclass(frozen=True, slots=True)
class Request:
    """What a session is to be started with."""

    tag: str
    data: JsonObject
    expires_in: int | None = None

    @property
    def fingerprint(self) -> str:
        """What two requests have in common only if they ask for the same."""
        asked = canonical_json([self.tag, self.data, self.expires_in])
        return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Once:
    """An idempotency key, and whose it is: nobody reads another's answer by guessing."""

    actor: str
    key: str


def start(context: Context, scope: Scope, request: Request) -> Pair:
    """Start a session."""
    _refuse(request, form_problems(request.data))
    return context.database.write(lambda connection: _start(context, connection, scope, request)[0])


def start_once(context: Context, scope: Scope, request: Request, once: Once) -> Pair:
    """Start a session under an idempotency key, or return the pair that was started under it within a day."""
    if not 0 < len(once.key) <= KEY_LENGTH:
        raise RegistryRejected(f"An idempotency key has 1 to {KEY_LENGTH} characters")
    _refuse(request, form_problems(request.data))

    def work(connection: Connection) -> Pair:
        kept = _kept(context, connection, scope, request, once)
        if kept is not None:
            return kept
        pair, key = _start(context, connection, scope, request)
        answer = seal_pair(key.secret, pair, _place(scope, once), context.surroundings.randomness)
        found = update(session_starts).where(_own(scope, once))
        columns = {"fingerprint": request.fingerprint, "key_id": key.key_id, "answer": answer}
        connection.execute(found.values(**columns, created_at=context.now()))
        return pair

    return context.database.write(work)


def _start(context: Context, connection: Connection, scope: Scope, request: Request) -> tuple[Pair, TokenKey]:
    session_type, revision = types.live_type(connection, scope.product, request.tag)
    key = context.rings.current(connection, scope, context.now())
    now = context.now()
    _refuse(request, _problems(session_type, request, now))
    of_type = scope.of_type(request.tag)
    issued = Issue(
        session_id=str(UUID(bytes=context.surroundings.randomness(16), version=4)),
        identifier=identifier_of(session_type, request.data),
        data=request.data,
        revision=revision,
        at=now,
        expires_at=ends(session_type.lifetime, now, expires_in=request.expires_in),
        key=key,
    )
    is_new = users.started(connection, of_type, issued.identifier, now, issued.expires_at)
    pair = issue(context, connection, of_type, issued)
    _insert(connection, of_type, issued, pair, request.expires_in)
    started = [counters.Count(counters.STARTED, counters.day_of(now))]
    new = [counters.Count(counters.NEW_USERS, counters.day_of(now))] if is_new else []
    ending = counters.endings({counters.minute_of(issued.expires_at): 1})
    counters.add(connection, of_type, issued.session_id, [*started, *new, *ending])
    return pair, key


def _insert(connection: Connection, scope: TypeScope, issued: Issue, pair: Pair, expires_in: int | None) -> None:
    row = {
        **scope.columns(),
        "session_id": issued.session_id,
        "identifier": issued.identifier,
        "key_id": issued.key.key_id,
        "several_keys": False,
        "revision": issued.revision,
        "data": data_text(issued.data),
        "expires_in": expires_in,
        "started_at": issued.at,
        "ends_at": issued.expires_at,
        "ends_minute": counters.minute_of(issued.expires_at),
        "over_at": max(issued.expires_at, pair.refresh_expires_at),
    }
    connection.execute(insert(sessions), row)


def _problems(session_type: SessionType, request: Request, now: datetime) -> tuple[DataProblem, ...]:
    problems = data_problems(session_type, request.data)
    too_long = expires_in_problem(session_type.lifetime, now, request.expires_in)
    return (*problems, too_long) if too_long else problems


def _refuse(request: Request, problems: tuple[DataProblem, ...]) -> None:
    if problems:
        more = f" And {len(problems) - 1} more." if len(problems) > 1 else ""
        text = f"A session of `{request.tag}` can't be started with this: {problems[0].message}{more}"
        raise InvalidSessionData(text.rstrip("."), tag=request.tag, problems=problems)


def _kept(context: Context, connection: Connection, scope: Scope, request: Request, once: Once) -> Pair | None:
    """Return the pair that is kept under a key; None where the key is now claimed for a new one."""
    now = context.now()
    connection.execute(delete(session_starts).where(session_starts.c.created_at < now - KEPT_FOR))
    row = {**scope._asdict(), "actor": once.actor, "key": once.key, "fingerprint": request.fingerprint, "at": now}
    if connection.execute(_CLAIM, row).rowcount == 1:
        return None
    found = read_rows(connection, select(session_starts).where(_own(scope, once)).with_for_update())[0]
    if found.fingerprint != request.fingerprint:
        raise IdempotencyConflict(
            "The idempotency key was used for another request", hint="Make a new key for each new request."
        )
    key = context.rings.usable(connection, scope, found.key_id)
    # Where the key is retired, so is the session: it was logged out, and another may start.
    return unseal_pair(key.secret, found.answer, _place(scope, once)) if key else None


def _own(scope: Scope, once: Once) -> ColumnElement[bool]:
    return and_(scope.rows(session_starts), session_starts.c.actor == once.actor, session_starts.c.key == once.key)


def _place(scope: Scope, once: Once) -> str:
    return canonical_json([*scope, once.actor, once.key])
