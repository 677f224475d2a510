"""Answers about sessions as the values of `reconciler.runtime`. What lacks or is of another type is named.

A verdict is read most strictly of all: without everything that a valid token has, nothing passes for one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from reconciler.registry.http.fields import Malformed, json_object, moment, required
from reconciler.runtime import (
    ActivePage,
    Dashboard,
    Day,
    KeyInfo,
    Pair,
    Pruned,
    RetiredKey,
    Revoked,
    SessionInfo,
    User,
    UserDetails,
    UsersPage,
    UserStatus,
    Verdict,
)
from reconciler.runtime.errors import Reason
from reconciler.values import JsonObject

T = TypeVar("T")

_REASONS: dict[str, Reason] = {"invalid": "invalid", "expired": "expired", "revoked": "revoked"}


def pair(body: bytes) -> Pair:
    """Read what `start` and `refresh` give."""
    fields = _Fields.of(body)
    return Pair(
        token=fields.text("token"),
        refresh_token=fields.text("refreshToken"),
        session_id=fields.text("sessionId"),
        expires_at=fields.moment("expiresAt"),
        refresh_expires_at=fields.moment("refreshExpiresAt"),
    )


def verdict(body: bytes) -> Verdict:
    """Read a verdict."""
    fields = _Fields.of(body)
    if not fields.truth("valid"):
        # A reason that a newer registry has is one more kind of "no".
        return Verdict(valid=False, reason=_REASONS.get(str(fields.values.get("reason")), "invalid"))
    return Verdict(
        valid=True,
        data=required(fields.values, "data", dict, fields.where),
        session_id=fields.text("sessionId"),
        identifier=fields.text("identifier"),
        expires_at=fields.moment("expiresAt"),
    )


def revoked(body: bytes) -> Revoked:
    """Read how many sessions were ended."""
    return Revoked(_Fields.of(body).number("revoked"))


def active(body: bytes) -> ActivePage:
    """Read a page of live sessions."""
    fields = _Fields.of(body)
    sessions = fields.each("sessions", _session)
    return ActivePage(sessions, fields.number("total"), fields.number("page"), fields.number("limit"))


def users(body: bytes) -> UsersPage:
    """Read a page of users."""
    fields = _Fields.of(body)
    return UsersPage(fields.each("users", _user), fields.number("total"), fields.number("page"), fields.number("limit"))


def details(body: bytes) -> UserDetails:
    """Read a user with sessions."""
    fields = _Fields.of(body)
    return UserDetails(_user(fields), fields.each("sessions", _session), fields.mapping("latestSessionData"))


def dashboard(body: bytes) -> Dashboard:
    """Read the numbers of a session type."""
    fields = _Fields.of(body)
    return Dashboard(
        total_users=fields.number("totalUsers"),
        active_users=fields.number("activeUsers"),
        inactive_users=fields.number("inactiveUsers"),
        expired_users=fields.number("expiredUsers"),
        new_users_today=fields.number("newUsersToday"),
        new_users_this_week=fields.number("newUsersThisWeek"),
        total_sessions=fields.number("totalSessions"),
        active_sessions=fields.number("activeSessions"),
        timeline=fields.each("timeline", _day),
    )


def key(body: bytes) -> KeyInfo:
    """Read a key."""
    return _key(_Fields.of(body))


def keys(body: bytes) -> tuple[KeyInfo, ...]:
    """Read the keys of an environment."""
    return _Fields.of(body).each("items", _key)


def retired_key(body: bytes) -> RetiredKey:
    """Read which key was retired, and whom that logged out."""
    fields = _Fields.of(body)
    return RetiredKey(_key(fields), fields.number("sessions"), fields.number("users"))


def pruned(body: bytes) -> Pruned:
    """Read how many sessions were removed."""
    return Pruned(_Fields.of(body).number("sessions"))


@dataclass(frozen=True, slots=True)
class _Fields:
    """An object of an answer, and where it stands."""

    values: dict[str, Any]
    where: str

    @classmethod
    def of(cls, body: bytes) -> _Fields:
        return cls(json_object(body), "the answer")

    def text(self, name: str) -> str:
        return str(required(self.values, name, str, self.where))

    def number(self, name: str) -> int:
        return int(required(self.values, name, int, self.where))

    def truth(self, name: str) -> bool:
        return bool(required(self.values, name, bool, self.where))

    def moment(self, name: str) -> datetime:
        return moment(self.values, name, self.where)

    def moment_or_none(self, name: str) -> datetime | None:
        return None if self.values.get(name) is None else self.moment(name)

    def mapping(self, name: str) -> JsonObject | None:
        found: JsonObject | None = required(self.values, name, dict, self.where, or_null=True)
        return found

    def each(self, name: str, read: Callable[[_Fields], T]) -> tuple[T, ...]:
        items: list[Any] = required(self.values, name, list, self.where)
        for at, item in enumerate(items):
            if not isinstance(item, dict):
                raise Malformed(f"{name}[{at}] is not an object")
        return tuple(read(_Fields(item, f"{name}[{at}]")) for at, item in enumerate(items))


def _session(fields: _Fields) -> SessionInfo:
    return SessionInfo(
        session_id=fields.text("sessionId"),
        identifier=fields.text("identifier"),
        started_at=fields.moment("startAt"),
        ends_at=fields.moment("endAt"),
        active=fields.truth("active"),
        revoked_at=fields.moment_or_none("revokedAt"),
        data=fields.mapping("data"),
    )


def _user(fields: _Fields) -> User:
    status = fields.text("status")
    if status not in set(UserStatus):
        raise Malformed(f"`status` in {fields.where} is none that this version knows")
    return User(
        identifier=fields.text("identifier"),
        first_seen=fields.moment("firstSeen"),
        last_seen=fields.moment("lastSeen"),
        total_sessions=fields.number("totalSessions"),
        active_sessions=fields.number("activeSessions"),
        status=UserStatus(status),
    )


def _key(fields: _Fields) -> KeyInfo:
    return KeyInfo(
        key_id=fields.text("keyId"),
        created_at=fields.moment("createdAt"),
        active_from=fields.moment("activeFrom"),
        retired_at=fields.moment_or_none("retiredAt"),
        current=fields.truth("current"),
    )


def _day(fields: _Fields) -> Day:
    text = fields.text("date")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Malformed(f"`date` in {fields.where} is not a date") from None
    return Day(day, fields.number("sessions"), fields.number("newUsers"))
