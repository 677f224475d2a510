"""Numbers that are kept up to date instead of counted, and how many sessions are live at a moment.

A session that nobody revokes ends without a write. So live sessions are counted by when they end: in days, hours and
minutes. Those of the days to come are live, of the hours to come today, and of the minutes to come in this hour; only
within the minute that runs rows are looked at. So even where sessions live for years a few hundred numbers are added.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zlib import crc32

from sqlalchemy import ColumnElement, Connection, and_, case, func, text

from reconciler.registry.store.session_tables import session_counters, sessions
from reconciler.registry.store.sessions.scopes import TypeScope

STARTED = "started"
NEW_USERS = "new_users"
ENDS_DAY = "ends_day"
ENDS_HOUR = "ends_hour"
ENDS_MINUTE = "ends_minute"

_SHARDS = 8
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)

# By when sessions end, from coarse to fine, each with its minutes.
ENDINGS = ((ENDS_DAY, 24 * 60), (ENDS_HOUR, 60), (ENDS_MINUTE, 1))

# Spelled alike by SQLite and PostgreSQL.
_ADD = text(
    "INSERT INTO session_counters (product, env, tag, kind, bucket, shard, number) "
    "VALUES (:product, :env, :tag, :kind, :bucket, :shard, :number) "
    "ON CONFLICT (product, env, tag, kind, bucket, shard) "
    "DO UPDATE SET number = session_counters.number + excluded.number"
)


@dataclass(frozen=True, slots=True, order=True)
class Count:
    """A number to be added to one counter."""

    kind: str
    bucket: int
    number: int = 1


def add(connection: Connection, scope: TypeScope, session_id: str, counts: Iterable[Count]) -> None:
    """Add to counters, always in one order, so that those who do it at once don't lock each other out."""
    shard = crc32(session_id.encode()) % _SHARDS
    rows = [
        {**scope.columns(), "kind": count.kind, "bucket": count.bucket, "shard": shard, "number": count.number}
        for count in sorted(counts)
        if count.number
    ]
    if rows:
        connection.execute(_ADD, rows)


def day_of(moment: datetime) -> int:
    """Return the number of a day, in UTC."""
    return (moment - _EPOCH) // timedelta(days=1)


def date_of(day: int) -> date:
    """Return the date of a day's number."""
    return (_EPOCH + timedelta(days=day)).date()


def minute_of(moment: datetime) -> int:
    """Return the number of a minute."""
    return (moment - _EPOCH) // _MINUTE


def minute_begin(minute: int) -> datetime:
    """Return when a minute begins."""
    return _EPOCH + minute * _MINUTE


def endings(by_minute: Mapping[int, int]) -> list[Count]:
    """Return what so many sessions more (or fewer), by the minute in which they end, add to the counters."""
    sums: Counter[tuple[str, int]] = Counter()
    for minute, number in by_minute.items():
        for kind, minutes in ENDINGS:
            sums[kind, minute // minutes] += number
    return [Count(kind, bucket, number) for (kind, bucket), number in sums.items()]


def still_to_end(now: datetime) -> list[ColumnElement[bool]]:
    """Return the conditions for the counters of sessions that end after the minute that runs; their sums add up.

    One condition of all three SQLite would look up in no index.
    """
    minute = minute_of(now)
    until: int | None = None
    each: list[ColumnElement[bool]] = []
    for kind, minutes in ENDINGS:
        bucket = minute // minutes
        each.append(between(kind, bucket + 1, None if until is None else until // minutes))
        until = (bucket + 1) * minutes
    return each


def between(kind: str, first: int, until: int | None) -> ColumnElement[bool]:
    """Return the condition for the counters of a kind from one bucket up to another one, or to the last."""
    bucket = session_counters.c.bucket
    wanted = and_(session_counters.c.kind == kind, bucket >= first)
    return wanted if until is None else and_(wanted, bucket < until)


def ending_now(now: datetime) -> ColumnElement[bool]:
    """Return the condition for the live sessions that end within the minute that runs."""
    next_minute = minute_begin(minute_of(now) + 1)
    ends_at = sessions.c.ends_at
    return and_(sessions.c.revoked_at.is_(None), ends_at > now, ends_at < next_minute)


def live(now: datetime) -> ColumnElement[bool]:
    """Return the condition for live sessions."""
    return and_(sessions.c.revoked_at.is_(None), sessions.c.ends_at > now)


def live_of_user(now: datetime) -> ColumnElement[bool]:
    """Return the same for queries that name users, in a form that no index serves.

    A planner without statistics, as SQLite's is, would take the index of all live sessions, and not that of users.
    """
    return case((live(now), 1), else_=0) == 1


def total() -> ColumnElement[int]:
    """Return the sum over counters, 0 for none."""
    return func.coalesce(func.sum(session_counters.c.number), 0)
