"""Numbers that are kept up to date instead of counted, and how many sessions are live at a moment.

A session that nobody revokes ends without a write. So live sessions are counted by when they end: in hours and in
minutes. Those of the hours to come are live, and of the minutes to come in this hour; only within the minute that runs
rows are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zlib import crc32

from sqlalchemy import ColumnElement, Connection, and_, func, or_, text

from reconciler.registry.store.session_tables import session_counters, sessions
from reconciler.registry.store.sessions.scopes import TypeScope

STARTED = "started"
NEW_USERS = "new_users"
ENDS_HOUR = "ends_hour"
ENDS_MINUTE = "ends_minute"

_SHARDS = 8
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_MINUTES_OF_HOUR = 60

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


def endings(by_minute: Mapping[int, int]) -> list[Count]:
    """Return what so many sessions more (or fewer), by the minute in which they end, add to the counters."""
    counts = [Count(ENDS_MINUTE, minute, number) for minute, number in by_minute.items()]
    by_hour: dict[int, int] = {}
    for minute, number in by_minute.items():
        hour = minute // _MINUTES_OF_HOUR
        by_hour[hour] = by_hour.get(hour, 0) + number
    return [*counts, *(Count(ENDS_HOUR, hour, number) for hour, number in by_hour.items())]


def still_to_end(now: datetime) -> ColumnElement[bool]:
    """Return the condition for the counters of sessions that end after the minute that runs."""
    kind, bucket = session_counters.c.kind, session_counters.c.bucket
    minute = minute_of(now)
    hour = minute // _MINUTES_OF_HOUR
    rest_of_hour = and_(kind == ENDS_MINUTE, bucket > minute, bucket < (hour + 1) * _MINUTES_OF_HOUR)
    return or_(and_(kind == ENDS_HOUR, bucket > hour), rest_of_hour)


def ending_now(now: datetime) -> ColumnElement[bool]:
    """Return the condition for the live sessions that end within the minute that runs."""
    next_minute = _EPOCH + (minute_of(now) + 1) * _MINUTE
    ends_at = sessions.c.ends_at
    return and_(sessions.c.revoked_at.is_(None), ends_at > now, ends_at < next_minute)


def live(now: datetime) -> ColumnElement[bool]:
    """Return the condition for live sessions."""
    return and_(sessions.c.revoked_at.is_(None), sessions.c.ends_at > now)


def total() -> ColumnElement[int]:
    """Return the sum over counters, 0 for none."""
    return func.coalesce(func.sum(session_counters.c.number), 0)
