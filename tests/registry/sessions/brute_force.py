"""Every number about sessions, counted over all rows of the sessions themselves: slow, and plain enough to be right."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Row, select

from reconciler.registry.store import Database
from reconciler.registry.store.session_tables import session_refreshes, sessions
from reconciler.registry.store.sessions.scopes import TypeScope
from reconciler.runtime import Dashboard, Day, User, UserStatus
from tests.registry.sessions.model import midnight, monday


@dataclass(frozen=True)
class Counted:
    """The rows of a session type in an environment, and when each session's refresh tokens were used."""

    rows: list[Row[Any]]
    used: dict[str, list[datetime]]

    @classmethod
    def of(cls, database: Database, scope: TypeScope) -> Counted:
        used = defaultdict(list)
        with database.reading() as connection:
            for row in connection.execute(select(session_refreshes).where(session_refreshes.c.used_at.is_not(None))):
                used[row.session_id].append(row.used_at)
            return cls(list(connection.execute(select(sessions).where(scope.rows(sessions))).all()), used)

    @cached_property
    def by_user(self) -> dict[str, list[Row[Any]]]:
        found = defaultdict(list)
        for row in self.rows:
            found[row.identifier].append(row)
        return dict(found)

    def live(self, now: datetime, identifier: str | None = None) -> list[str]:
        """Return the ids of the live sessions, those that live longest first."""
        found = [row for row in self.rows if is_live(row, now) and identifier in (None, row.identifier)]
        return [row.session_id for row in sorted(found, key=lambda row: (row.ends_at, row.session_id), reverse=True)]

    def users(self, now: datetime) -> list[User]:
        """Return all users, those seen last first."""
        found = [self.user(name, now) for name in self.by_user]
        return sorted(found, key=lambda user: (user.last_seen, user.identifier), reverse=True)

    def user(self, name: str, now: datetime) -> User:
        theirs = self.by_user[name]
        seen = [moment for row in theirs for moment in (row.started_at, *self.used.get(row.session_id, ()))]
        live = sum(is_live(row, now) for row in theirs)
        return User(name, min(seen), max(seen), len(theirs), live, _status(theirs, now))

    def dashboard(self, now: datetime, days: int) -> Dashboard:
        users = self.users(now)
        statuses = [user.status for user in users]
        return Dashboard(
            total_users=len(users),
            active_users=statuses.count(UserStatus.ACTIVE),
            inactive_users=statuses.count(UserStatus.INACTIVE),
            expired_users=statuses.count(UserStatus.EXPIRED),
            new_users_today=sum(user.first_seen >= midnight(now) for user in users),
            new_users_this_week=sum(user.first_seen >= monday(now) for user in users),
            total_sessions=len(self.rows),
            active_sessions=len(self.live(now)),
            timeline=tuple(self._day(now.date() - timedelta(days=days - 1 - number), users) for number in range(days)),
        )

    def _day(self, day: date, users: list[User]) -> Day:
        started = sum(row.started_at.date() == day for row in self.rows)
        return Day(day, started, sum(user.first_seen.date() == day for user in users))


def is_live(row: Row[Any], now: datetime) -> bool:
    return row.revoked_at is None and bool(row.ends_at > now)


def _status(theirs: list[Row[Any]], now: datetime) -> UserStatus:
    """Tell what became of the session that was the last to be live."""
    if any(is_live(row, now) for row in theirs):
        return UserStatus.ACTIVE
    gone = max((min(row.ends_at, row.revoked_at or row.ends_at), bool(row.revoked_at)) for row in theirs)
    revoked = any(row.revoked_at == gone[0] and row.revoked_at < row.ends_at for row in theirs)
    return UserStatus.INACTIVE if revoked else UserStatus.EXPIRED
