"""A model of the session runtime: lists of what was given out, and definitions instead of counters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reconciler.runtime import Pair, UserStatus


@dataclass
class ModelSession:
    """A session; `gone_at` is when it stopped to be live, or will."""

    pair: Pair
    env: str
    tag: str
    user: str
    started_at: datetime
    ends_at: datetime
    over_at: datetime
    key_id: str
    expires_in: int | None
    revoked_at: datetime | None = None
    pruned: bool = False

    def is_live(self, now: datetime) -> bool:
        return self.revoked_at is None and self.ends_at > now

    def is_over(self, now: datetime) -> bool:
        return self.revoked_at is not None or self.over_at <= now

    @property
    def gone_at(self) -> datetime:
        return min(self.ends_at, self.revoked_at) if self.revoked_at else self.ends_at


@dataclass
class ModelToken:
    """A token that was given out."""

    text: str
    session: ModelSession
    expires_at: datetime
    key_id: str


@dataclass
class ModelRefresh:
    """A refresh token that was given out, and what it was exchanged for."""

    text: str
    session: ModelSession
    expires_at: datetime
    used_at: datetime | None = None
    client: str | None = None
    answer: Pair | None = None
    forgotten: bool = False


@dataclass
class ModelKey:
    """A key of an environment."""

    key_id: str
    env: str
    active_from: datetime
    retired: bool = False


@dataclass
class Model:
    """What there should be."""

    now: Callable[[], datetime]
    sessions: list[ModelSession] = field(default_factory=list)
    tokens: list[ModelToken] = field(default_factory=list)
    refreshes: list[ModelRefresh] = field(default_factory=list)
    keys: list[ModelKey] = field(default_factory=list)

    def current(self, env: str) -> ModelKey | None:
        usable = [key for key in self.keys if key.env == env and not key.retired]
        active = [key for key in usable if key.active_from <= self.now()]
        return active[-1] if active else next(iter(usable), None)

    def verdict(self, token: ModelToken) -> str | None:
        """Return the reason for which a token is refused where it belongs, or None."""
        if any(key.retired for key in self.keys if key.key_id == token.key_id):
            return "invalid"
        if token.expires_at <= self.now():
            return "expired"
        return "revoked" if token.session.revoked_at else None

    def issued(self, session: ModelSession, pair: Pair, key_id: str) -> None:
        self.tokens.append(ModelToken(pair.token, session, pair.expires_at, key_id))
        self.refreshes.append(ModelRefresh(pair.refresh_token, session, pair.refresh_expires_at))

    def end(self, wanted: Callable[[ModelSession], bool]) -> list[ModelSession]:
        """End sessions, and return those that were not over before."""
        ended = [each for each in self.sessions if wanted(each) and not each.is_over(self.now())]
        for session in ended:
            session.revoked_at = self.now()
        return ended

    def live(self, env: str, tag: str) -> list[ModelSession]:
        return [each for each in self.sessions if (each.env, each.tag) == (env, tag) and each.is_live(self.now())]

    def users(self, env: str, tag: str) -> dict[str, list[ModelSession]]:
        found: dict[str, list[ModelSession]] = {}
        for session in self.sessions:
            if (session.env, session.tag) == (env, tag):
                found.setdefault(session.user, []).append(session)
        return found

    def status(self, theirs: list[ModelSession]) -> UserStatus:
        """Return what became of a user's sessions: of the last that was live."""
        if any(session.is_live(self.now()) for session in theirs):
            return UserStatus.ACTIVE
        last = max(theirs, key=lambda session: (session.gone_at, session.gone_at != session.ends_at))
        return UserStatus.EXPIRED if last.gone_at == last.ends_at else UserStatus.INACTIVE

    def new_users_since(self, env: str, tag: str, since: datetime) -> int:
        return sum(min(each.started_at for each in theirs) >= since for theirs in self.users(env, tag).values())


def midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def monday(moment: datetime) -> datetime:
    return midnight(moment) - timedelta(days=moment.weekday())
