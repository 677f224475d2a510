"""The log of events: appending to it, and reading what is new.

Whoever appends locks the head until the commit. So ids are visible in their order and without gaps: who has read up to
an id has missed nothing below it, however late other transactions commit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, insert, select, text

from reconciler.registry.store.database import Database
from reconciler.registry.store.rows import DamagedValue, read_rows
from reconciler.registry.store.session_tables import session_events, session_events_head
from reconciler.runtime.events import Event, EventKind, Events

# Long enough that every process has read an event before it goes.
KEPT_FOR = timedelta(days=1)

# Spelled alike by SQLite and PostgreSQL.
_TAKE_IDS = text(
    "INSERT INTO session_events_head (name, last) VALUES ('events', :count) "
    "ON CONFLICT (name) DO UPDATE SET last = session_events_head.last + excluded.last RETURNING last"
)
_HEAD = select(session_events_head.c.last)


def hold(connection: Connection) -> None:
    """Lock the head until the commit, so that whoever also does so waits, and then sees what this one wrote."""
    connection.execute(_TAKE_IDS, {"count": 0})


def append(connection: Connection, events: Sequence[Event], now: datetime) -> None:
    """Add events; the last thing before the commit, as others wait for it. Those that are of no use any more go."""
    if not events:
        return
    last = int(connection.execute(_TAKE_IDS, {"count": len(events)}).scalar_one())
    rows = [
        {"id": number, "kind": event.kind.value, "subject": event.subject, "expires_at": event.expires_at}
        for number, event in enumerate(events, last - len(events) + 1)
    ]
    connection.execute(insert(session_events), rows)
    old = delete(session_events).where(session_events.c.expires_at < now - KEPT_FOR)
    connection.execute(old)


@dataclass(frozen=True, slots=True)
class EventFeed:
    """Reads the log."""

    database: Database
    clock: Callable[[], datetime]

    def read(self, after: int | None) -> Events:
        """Return what came after an id; everything in force where `after` is None, or can't be followed from.

        It can't where ids are missing (they went while this process slept for a day), or are too small (the database
        was restored from a backup).
        """
        with self.database.reading() as connection:
            last = connection.scalar(_HEAD) or 0
            if last == after:
                return Events(last, ())
            if after is not None and after < last:
                found = _events(connection, session_events.c.id.between(after + 1, last))
                if len(found) == last - after:
                    return Events(last, found)
            return Events(last, _events(connection, session_events.c.expires_at > self.clock()), whole=True)


def _events(connection: Connection, wanted: ColumnElement[bool]) -> tuple[Event, ...]:
    query = select(session_events.c.kind, session_events.c.subject, session_events.c.expires_at)
    rows = read_rows(connection, query.where(wanted).order_by(session_events.c.id))
    try:
        return tuple(Event(EventKind(row.kind), row.subject, row.expires_at) for row in rows)
    except ValueError as unreadable:
        raise DamagedValue(f"an event can't be read ({unreadable})") from unreadable
