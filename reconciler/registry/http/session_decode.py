"""Answers about sessions as the values that the runtime speaks of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeAlias, TypeVar

from reconciler.registry.http.decode import Malformed, json_object
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

T = TypeVar("T")
_Fields: TypeAlias = dict[str, Any]


def _decoder(read: Callable[[_Fields], T]) -> Callable[[bytes], T]:
    def decode(content: bytes) -> T:
        fields = json_object(content)
        try:
            return read(fields)
        except KeyError as error:
            lacking = f"it lacks {error}"
        except (AttributeError, TypeError, ValueError) as error:
            lacking = f"a value is none that belongs there ({type(error).__name__})"
        # Outside the handler: what an answer holds belongs in no traceback.
        raise Malformed(lacking)

    return decode


def _pair(fields: _Fields) -> Pair:
    return Pair(
        token=_text(fields["token"]),
        refresh_token=_text(fields["refreshToken"]),
        session_id=_text(fields["sessionId"]),
        expires_at=_moment(fields["expiresAt"]),
        refresh_expires_at=_moment(fields["refreshExpiresAt"]),
    )


def _verdict(fields: _Fields) -> Verdict:
    if fields["valid"] is not True:
        # Only a plain `true` is a yes; whatever else is said, there is nothing in it.
        return Verdict(valid=False, reason=fields["reason"] if fields["reason"] in _REASONS else "invalid")
    return Verdict(
        valid=True,
        data=dict(fields["data"]),
        session_id=_text(fields["sessionId"]),
        identifier=_text(fields["identifier"]),
        expires_at=_moment(fields["expiresAt"]),
    )


_REASONS = ("invalid", "expired", "revoked")


def _session(fields: _Fields) -> SessionInfo:
    return SessionInfo(
        session_id=fields["sessionId"],
        identifier=fields["identifier"],
        started_at=_moment(fields["startAt"]),
        ends_at=_moment(fields["endAt"]),
        active=fields["active"],
        revoked_at=_moment_or_none(fields["revokedAt"]),
        data=fields["data"],
    )


def _user(fields: _Fields) -> User:
    return User(
        identifier=fields["identifier"],
        first_seen=_moment(fields["firstSeen"]),
        last_seen=_moment(fields["lastSeen"]),
        total_sessions=fields["totalSessions"],
        active_sessions=fields["activeSessions"],
        status=UserStatus(fields["status"]),
    )


def _active(fields: _Fields) -> ActivePage:
    return ActivePage(tuple(map(_session, fields["sessions"])), fields["total"], fields["page"], fields["limit"])


def _users(fields: _Fields) -> UsersPage:
    return UsersPage(tuple(map(_user, fields["users"])), fields["total"], fields["page"], fields["limit"])


def _details(fields: _Fields) -> UserDetails:
    return UserDetails(_user(fields), tuple(map(_session, fields["sessions"])), fields["latestSessionData"])


def _dashboard(fields: _Fields) -> Dashboard:
    return Dashboard(
        total_users=fields["totalUsers"],
        active_users=fields["activeUsers"],
        inactive_users=fields["inactiveUsers"],
        expired_users=fields["expiredUsers"],
        new_users_today=fields["newUsersToday"],
        new_users_this_week=fields["newUsersThisWeek"],
        total_sessions=fields["totalSessions"],
        active_sessions=fields["activeSessions"],
        timeline=tuple(
            Day(date.fromisoformat(each["date"]), each["sessions"], each["newUsers"]) for each in fields["timeline"]
        ),
    )


def _key(fields: _Fields) -> KeyInfo:
    return KeyInfo(
        key_id=fields["keyId"],
        created_at=_moment(fields["createdAt"]),
        active_from=_moment(fields["activeFrom"]),
        retired_at=_moment_or_none(fields["retiredAt"]),
        current=fields["current"],
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _moment(spelled: str) -> datetime:
    return datetime.fromisoformat(spelled).astimezone(UTC)


def _moment_or_none(spelled: str | None) -> datetime | None:
    return None if spelled is None else _moment(spelled)


pair = _decoder(_pair)
verdict = _decoder(_verdict)
revoked = _decoder(lambda fields: Revoked(int(fields["revoked"])))
active = _decoder(_active)
users = _decoder(_users)
details = _decoder(_details)
dashboard = _decoder(_dashboard)
key = _decoder(_key)
keys = _decoder(lambda fields: tuple(map(_key, fields["items"])))
retired_key = _decoder(lambda fields: RetiredKey(_key(fields), fields["sessions"], fields["users"]))
pruned = _decoder(lambda fields: Pruned(int(fields["sessions"])))
