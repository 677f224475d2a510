"""Sessions, users and keys as JSON: what the HTTP API answers and the command line prints."""

from __future__ import annotations

from typing import Any

from reconciler.runtime import (
    ActivePage,
    Dashboard,
    KeyInfo,
    Pair,
    Pruned,
    RetiredKey,
    Revoked,
    SessionInfo,
    User,
    UserDetails,
    UsersPage,
    Verdict,
)
from reconciler.values import exact_rfc3339


def pair_json(pair: Pair) -> dict[str, Any]:
    """Return what a start or refresh gave, tokens included."""
    return {
        "token": pair.token,
        "refreshToken": pair.refresh_token,
        "sessionId": pair.session_id,
        "expiresAt": exact_rfc3339(pair.expires_at),
        "refreshExpiresAt": exact_rfc3339(pair.refresh_expires_at),
    }


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """Return what a token is worth."""
    return {
        "valid": verdict.valid,
        "data": verdict.data,
        "sessionId": verdict.session_id,
        "identifier": verdict.identifier,
        "expiresAt": exact_rfc3339(verdict.expires_at),
        "reason": verdict.reason,
    }


def revoked_json(revoked: Revoked) -> dict[str, Any]:
    """Return how many sessions were ended."""
    return {"revoked": revoked.sessions}


def active_json(page: ActivePage) -> dict[str, Any]:
    """Return a page of live sessions."""
    return {"sessions": [_session(each) for each in page.sessions], **_paging(page)}


def users_json(page: UsersPage, env: str) -> dict[str, Any]:
    """Return a page of users."""
    return {"users": [_user(each, env) for each in page.users], **_paging(page)}


def details_json(details: UserDetails, env: str) -> dict[str, Any]:
    """Return a user with sessions."""
    return {
        **_user(details.user, env),
        "sessions": [_session(each) for each in details.sessions],
        "latestSessionData": details.latest_data,
    }


def dashboard_json(numbers: Dashboard) -> dict[str, Any]:
    """Return the numbers of a session type."""
    return {
        "totalUsers": numbers.total_users,
        "activeUsers": numbers.active_users,
        "inactiveUsers": numbers.inactive_users,
        "expiredUsers": numbers.expired_users,
        "newUsersToday": numbers.new_users_today,
        "newUsersThisWeek": numbers.new_users_this_week,
        "totalSessions": numbers.total_sessions,
        "activeSessions": numbers.active_sessions,
        "averageSessionsPerUser": numbers.average_sessions_per_user,
        "timeline": [
            {"date": each.day.isoformat(), "sessions": each.sessions, "newUsers": each.new_users}
            for each in numbers.timeline
        ],
    }


def key_json(key: KeyInfo) -> dict[str, Any]:
    """Return a key, without the key."""
    return {
        "keyId": key.key_id,
        "createdAt": exact_rfc3339(key.created_at),
        "activeFrom": exact_rfc3339(key.active_from),
        "retiredAt": exact_rfc3339(key.retired_at),
        "current": key.current,
    }


def retired_key_json(retired: RetiredKey) -> dict[str, Any]:
    """Return a retired key, with whom that logged out."""
    return {**key_json(retired.key), "sessions": retired.sessions, "users": retired.users}


def pruned_json(pruned: Pruned) -> dict[str, Any]:
    """Return how many sessions were removed."""
    return {"sessions": pruned.sessions}


def _session(session: SessionInfo) -> dict[str, Any]:
    return {
        "sessionId": session.session_id,
        "identifier": session.identifier,
        "startAt": exact_rfc3339(session.started_at),
        "endAt": exact_rfc3339(session.ends_at),
        "active": session.active,
        "revokedAt": exact_rfc3339(session.revoked_at),
        "data": session.data,
    }


def _user(user: User, env: str) -> dict[str, Any]:
    return {
        "identifier": user.identifier,
        "env": env,
        "firstSeen": exact_rfc3339(user.first_seen),
        "lastSeen": exact_rfc3339(user.last_seen),
        "totalSessions": user.total_sessions,
        "activeSessions": user.active_sessions,
        "status": user.status.value,
    }


def _paging(page: ActivePage | UsersPage) -> dict[str, Any]:
    return {"total": page.total, "page": page.page, "limit": page.limit, "totalPages": page.total_pages}
