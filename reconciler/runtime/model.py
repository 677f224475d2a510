"""What session calls answer: frozen values. Moments are aware and in UTC, to the millisecond."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from reconciler.runtime.errors import Reason
from reconciler.values import JsonObject


@dataclass(frozen=True, slots=True)
class Pair:
    """What `start` and `refresh` give: the token (`tag:` and a compact JWE) and the one that gets the next pair.

    `session_id` stays the same through all refreshes of a session. `expires_at` is the token's, which a refresh may put
    off; until `refresh_expires_at` the refresh token can be used, once. Both texts are kept out of the repr.
    """

    token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    session_id: str
    expires_at: datetime
    refresh_expires_at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` finds. Either valid with all of the rest, or not, with a reason and nothing else.

    `reason` is `invalid` (not a token of this product, environment and type, altered, or its key is retired), `expired`
    or `revoked`.
    """

    valid: bool
    reason: Reason | None = None
    data: JsonObject | None = None
    session_id: str | None = None
    identifier: str | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Revoked:
    """How many sessions a call ended. Those that were over before do not count."""

    sessions: int


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A session as it is kept. `ends_at` is when its last token expires; `active`: not before now, and not revoked."""

    session_id: str
    identifier: str
    started_at: datetime
    ends_at: datetime
    active: bool
    revoked_at: datetime | None = None
    data: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class ActivePage:
    """Some of the live sessions, those that live longest first. Pages count from 1."""

    sessions: tuple[SessionInfo, ...]
    total: int
    page: int
    limit: int

    @property
    def total_pages(self) -> int:
        """How many pages there are; 0 where there is nothing."""
        return -(-self.total // self.limit)


class UserStatus(StrEnum):
    """`active`: has a live session. `expired`: the last one ran out. `inactive`: the last live one was revoked."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class User:
    """A user of a session type in an environment. `total_sessions` counts those that were pruned as well."""

    identifier: str
    first_seen: datetime
    last_seen: datetime
    total_sessions: int
    active_sessions: int
    status: UserStatus


@dataclass(frozen=True, slots=True)
class UsersPage:
    """Some of the users, those seen last first. Pages count from 1."""

    users: tuple[User, ...]
    total: int
    page: int
    limit: int

    @property
    def total_pages(self) -> int:
        """How many pages there are; 0 where there is nobody."""
        return -(-self.total // self.limit)


@dataclass(frozen=True, slots=True)
class UserDetails:
    """A user, with the newest of the sessions that are kept, newest first; `latest_data` is the newest one's."""

    user: User
    sessions: tuple[SessionInfo, ...]
    latest_data: JsonObject | None


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the timeline, in UTC: the sessions that were started and the users seen for the first time."""

    day: date
    sessions: int
    new_users: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The numbers of a session type in an environment. Today begins at midnight UTC, this week on Monday.

    Every user is either active, inactive or expired. `timeline` has each of the last days, today last.
    """

    total_users: int
    active_users: int
    inactive_users: int
    expired_users: int
    new_users_today: int
    new_users_this_week: int
    total_sessions: int
    active_sessions: int
    timeline: tuple[Day, ...]

    @property
    def average_sessions_per_user(self) -> float:
        """Sessions per user, to two places; 0 where there are no users."""
        return round(self.total_sessions / self.total_users, 2) if self.total_users else 0.0


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """A key of an environment, without the key. New tokens are made with the one that is `current`."""

    key_id: str
    created_at: datetime
    active_from: datetime
    retired_at: datetime | None
    current: bool


@dataclass(frozen=True, slots=True)
class RetiredKey:
    """The key that was retired, and how many live sessions and users that logged out."""

    key: KeyInfo
    sessions: int
    users: int


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many sessions were removed. Totals, users and the timeline keep counting them."""

    sessions: int
