"""The rows that a list of operations leaves in the database, without a database: a few seconds for a million sessions.

It says what the calls do a second time, and could say it wrongly: a test makes the calls and compares every table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from zlib import crc32

from benchmarks.session_scale.operations import Operation, Refresh, Revoke, Start
from reconciler.registry.store.sessions import counters, events
from reconciler.registry.store.sessions.scopes import TypeScope
from reconciler.runtime.data import data_text, identifier_of
from reconciler.runtime.policy import RefreshPolicy, ends
from reconciler.session_type import SessionType
from reconciler.values import JsonObject

_SHARDS = 8


class Ids(NamedTuple):
    """What is random about a pair: the session's id (a refresh keeps it), the refresh token's, and its digest."""

    session_id: str
    token_id: str
    digest: str


@dataclass(frozen=True)
class Setting:
    """What the operations are done on. `data_of` gives the data of a user's session, `ids_of` those of a pair."""

    scope: TypeScope
    session_type: SessionType
    revision: int
    key_id: str
    refresh: RefreshPolicy
    data_of: Callable[[int], JsonObject]
    ids_of: Callable[[Operation], Ids]


@dataclass(slots=True)
class _Session:
    """A session as its row has it, and the refresh token that is the newest."""

    session_id: str
    user: _User
    data: str
    expires_in: int | None
    started_at: datetime
    ends_at: datetime
    over_at: datetime
    newest_token: str
    revoked_at: datetime | None = None


@dataclass(slots=True)
class _User:
    identifier: str
    first_seen: datetime
    last_seen: datetime
    total: int = 0
    live_until: datetime | None = None
    sessions: list[_Session] = field(default_factory=list)

    def seen(self, at: datetime, until: datetime) -> None:
        self.last_seen = max(self.last_seen, at)
        self.live_until = until if self.live_until is None else max(self.live_until, until)


class Rows:
    """Takes operations in, and gives the rows of each table."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._sessions: dict[int, _Session] = {}
        self._users: dict[str, _User] = {}
        # Of each token: session, digest, expiry, and when it was used.
        self._refreshes: dict[str, tuple[str, str, datetime, datetime | None]] = {}
        self._counters: dict[tuple[str, int, int], int] = {}
        self._events: list[tuple[str, datetime, datetime]] = []

    def do(self, happened: Iterable[Operation]) -> None:
        """Take in what happened, in the order of time."""
        for operation in happened:
            match operation:
                case Start():
                    self._start(operation)
                case Refresh():
                    self._refresh(operation)
                case Revoke():
                    self._revoke(operation)

    def tables(self) -> Iterator[tuple[str, tuple[str, ...], Iterator[tuple[Any, ...]]]]:
        """Yield each table's name, its columns, and its rows."""
        of_type = ("product", "env", "tag")
        yield "session_users", (*of_type, *_USER_COLUMNS), self._user_rows()
        yield "sessions", ("session_id", *of_type, *_SESSION_COLUMNS), self._session_rows()
        yield "session_refreshes", _REFRESH_COLUMNS, self._refresh_rows()
        yield "session_counters", (*of_type, "kind", "bucket", "shard", "number"), self._counter_rows()
        yield "session_events", ("id", "kind", "subject", "expires_at"), self._event_rows()
        yield "session_events_head", ("name", "last"), iter([("events", len(self._events))] if self._events else [])

    def _start(self, asked: Start) -> None:
        setting, at = self._setting, asked.at
        data = setting.data_of(asked.user)
        identifier = identifier_of(setting.session_type, data)
        user = self._users.get(identifier)
        self._count(ids := setting.ids_of(asked), [counters.Count(counters.STARTED, counters.day_of(at))])
        if user is None:
            user = self._users[identifier] = _User(identifier, at, at)
            self._count(ids, [counters.Count(counters.NEW_USERS, counters.day_of(at))])
        ends_at = ends(setting.session_type.lifetime, at, expires_in=asked.expires_in)
        user.seen(at, ends_at)
        user.total += 1
        over_at = max(ends_at, self._issue(ids, at))
        text = data_text(data)
        session = _Session(ids.session_id, user, text, asked.expires_in, at, ends_at, over_at, ids.token_id)
        user.sessions.append(session)
        self._sessions[asked.number] = session
        self._count(ids, counters.endings({counters.minute_of(ends_at): 1}))

    def _refresh(self, asked: Refresh) -> None:
        setting, session = self._setting, self._sessions[asked.number]
        ids = setting.ids_of(asked)
        before = counters.minute_of(session.ends_at)
        old_id = session.newest_token
        expires_at = ends(setting.session_type.lifetime, asked.at, expires_in=session.expires_in)
        self._refreshes[old_id] = (*self._refreshes[old_id][:3], asked.at)
        session.ends_at = max(session.ends_at, expires_at)
        session.over_at = max(session.ends_at, self._issue(ids, asked.at))
        session.newest_token = ids.token_id
        session.user.seen(asked.at, session.ends_at)
        after = counters.minute_of(session.ends_at)
        if after != before:
            self._count(ids, counters.endings({before: -1, after: 1}))

    def _revoke(self, asked: Revoke) -> None:
        session, at = self._sessions[asked.number], asked.at
        if session.revoked_at is not None or session.over_at <= at:
            return
        session.revoked_at = session.over_at = at
        ids = Ids(session.session_id, "", "")
        self._count(ids, counters.endings({counters.minute_of(session.ends_at): -1}))
        self._events.append((session.session_id, session.ends_at, at))
        if session.ends_at > at:
            others = (each.ends_at for each in session.user.sessions if each.revoked_at is None and each.ends_at > at)
            session.user.live_until = max(others, default=None)

    def _issue(self, ids: Ids, at: datetime) -> datetime:
        """Keep a refresh token, and return when it expires."""
        expires_at = self._setting.refresh.expiry(self._setting.scope.tag, at)
        self._refreshes[ids.token_id] = ids.session_id, ids.digest, expires_at, None
        return expires_at

    def _count(self, ids: Ids, counts: Iterable[counters.Count]) -> None:
        shard = crc32(ids.session_id.encode()) % _SHARDS
        for count in counts:
            if count.number:
                key = count.kind, count.bucket, shard
                self._counters[key] = self._counters.get(key, 0) + count.number

    def _user_rows(self) -> Iterator[tuple[Any, ...]]:
        for user in self._users.values():
            numbers = user.identifier, user.first_seen, user.last_seen, user.total, user.live_until
            yield (*self._setting.scope, *numbers)

    def _session_rows(self) -> Iterator[tuple[Any, ...]]:
        setting = self._setting
        for each in self._sessions.values():
            made = each.user.identifier, setting.key_id, False, setting.revision, each.data, each.expires_in
            end = each.started_at, each.ends_at, counters.minute_of(each.ends_at), each.over_at, each.revoked_at
            yield (each.session_id, *setting.scope, *made, *end)

    def _refresh_rows(self) -> Iterator[tuple[Any, ...]]:
        for token_id, row in self._refreshes.items():
            yield (token_id, *row)

    def _counter_rows(self) -> Iterator[tuple[Any, ...]]:
        for key, number in self._counters.items():
            yield (*self._setting.scope, *key, number)

    def _event_rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield the events, without those that the last one's writer removed."""
        last = self._events[-1][2] if self._events else None
        for number, (session_id, expires_at, _) in enumerate(self._events, 1):
            if last is not None and expires_at >= last - events.KEPT_FOR:
                yield number, "session", session_id, expires_at


_USER_COLUMNS = ("identifier", "first_seen", "last_seen", "total_sessions", "live_until")
_SESSION_COLUMNS = (
    *("identifier", "key_id", "several_keys", "revision", "data", "expires_in"),
    *("started_at", "ends_at", "ends_minute", "over_at", "revoked_at"),
)
_REFRESH_COLUMNS = ("token_id", "session_id", "digest", "expires_at", "used_at")
