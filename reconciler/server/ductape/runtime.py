"""The session runtime as the platform's clients call it."""

from __future__ import annotations

from typing import Any

from reconciler.registry.store.sessions.service import StoredSessions
from reconciler.render import active_json, dashboard_json, pair_json, verdict_json
from reconciler.runtime import RefreshRefused, SessionError
from reconciler.runtime.model import SessionInfo, User
from reconciler.server.ductape.callers import Caller
from reconciler.server.ductape.forms import (
    ActiveForm,
    DashboardForm,
    LifecycleForm,
    RefreshForm,
    RevokeAllForm,
    RevokeForm,
    StartForm,
    UserForm,
    UsersForm,
    VerifyForm,
)
from reconciler.server.ductape.refusals import CallRefused
from reconciler.server.ductape.session_types import identity
from reconciler.values import exact_rfc3339


def start(caller: Caller, form: StartForm) -> dict[str, Any]:
    """Start a session."""
    metrics = caller.services.metrics
    try:
        pair = _sessions(caller, form).start(form.tag, form.data, expires_in=form.expires_in)
    except SessionError:
        metrics.session("start", "refused")
        raise
    metrics.session("start", "ok")
    return pair_json(pair)


def verify(caller: Caller, form: VerifyForm) -> dict[str, Any]:
    """Tell whether a token is good; a bad one is no error."""
    verdict = _sessions(caller, form).verify(form.tag, form.token)
    caller.services.metrics.session("verify", verdict.reason or "ok")
    return {name: value for name, value in verdict_json(verdict).items() if value is not None}


def refresh(caller: Caller, form: RefreshForm) -> dict[str, Any]:
    """Exchange a refresh token, once."""
    metrics = caller.services.metrics
    try:
        pair = _sessions(caller, form).refresh(form.tag, form.refresh_token)
    except RefreshRefused as refused:
        metrics.session("refresh", "reused" if refused.reused else refused.reason)
        raise
    metrics.session("refresh", "ok")
    return pair_json(pair)


def revoke(caller: Caller, form: RevokeForm) -> None:
    """End a session, or all of a user."""
    sessions = _sessions(caller, form)
    match form.session_id, form.identifier:
        case str(session_id), None:
            revoked = sessions.revoke(form.tag, session_id)
        case None, str(identifier):
            revoked = sessions.revoke_all(form.tag, identifier)
        case _:
            raise CallRefused(400, "INVALID_REQUEST", "Give either `sessionId` or `identifier`")
    caller.services.metrics.session("revoke", "ok", revoked.sessions)


def revoke_all(caller: Caller, form: RevokeAllForm) -> None:
    """End all sessions of a user."""
    revoked = _sessions(caller, form).revoke_all(form.tag, form.identifier)
    caller.services.metrics.session("revoke", "ok", revoked.sessions)


def list_active(caller: Caller, form: ActiveForm) -> dict[str, Any]:
    """Return a page of the live sessions."""
    sessions = _sessions(caller, form)
    return active_json(sessions.active(form.tag, identifier=form.identifier, page=form.page, limit=form.limit))


def fetch_users(caller: Caller, form: UsersForm) -> dict[str, Any]:
    """Return a page of the users."""
    env, sessions = _reported(caller, form)
    page = sessions.users(form.tag, page=form.page, limit=form.limit)
    users = [_user(form, env, user) for user in page.users]
    return {
        "users": users,
        "total": page.total,
        "page": page.page,
        "limit": page.limit,
        "totalPages": page.total_pages,
    }


def fetch_user_details(caller: Caller, form: UserForm) -> dict[str, Any]:
    """Return a user, with the newest sessions."""
    env, sessions = _reported(caller, form)
    details = sessions.user(form.tag, form.identifier)
    return {
        **_user(form, env, details.user),
        "sessions": [_session(each) for each in details.sessions],
        "totalSessions": details.user.total_sessions,
        "activeSessionsCount": details.user.active_sessions,
        "latestSessionData": details.latest_data,
    }


def fetch_dashboard(caller: Caller, form: DashboardForm) -> dict[str, Any]:
    """Return the nine numbers, and the sessions of each of the last days."""
    _, sessions = _reported(caller, form)
    numbers = dashboard_json(sessions.dashboard(form.tag))
    timeline = numbers.pop("timeline")
    return {
        **numbers,
        "activityTimeline": [{"date": each["date"], "sessions": each["sessions"]} for each in timeline],
    }


def _sessions(caller: Caller, form: LifecycleForm) -> StoredSessions:
    return caller.services.sessions(form.product, form.env, caller.token)


def _reported(caller: Caller, form: DashboardForm) -> tuple[str, StoredSessions]:
    """Return the environment that is asked about, and its sessions. Raises CallRefused where that is not clear."""
    env = form.env or _only_environment(caller, form.product)
    return env, caller.services.sessions(form.product, env, caller.token)


def _only_environment(caller: Caller, product: str) -> str:
    found = caller.services.session_service.environments(product)
    if len(found) == 1:
        return found[0]
    there = f"{product} has sessions in {', '.join(found)}" if found else f"{product} has no sessions yet"
    raise CallRefused(400, "ENV_NOT_FOUND", f"env is required here: {there}, and users are not added up over several")


def _user(form: DashboardForm, env: str, user: User) -> dict[str, Any]:
    seen = {"first_seen": exact_rfc3339(user.first_seen), "last_seen": exact_rfc3339(user.last_seen)}
    known_as = identity(form.product, env, form.tag, user.identifier)
    return {
        "_id": known_as,
        "ductape_user_id": known_as,
        "product_tag": form.product,
        "session_tag": form.tag,
        "identifier": user.identifier,
        "env": env,
        **seen,
        "createdAt": seen["first_seen"],
        "updatedAt": seen["last_seen"],
        "total_sessions": user.total_sessions,
        "session_count": user.total_sessions,
        "active_sessions": user.active_sessions,
        "status": user.status.value,
    }


def _session(session: SessionInfo) -> dict[str, Any]:
    """Return a session under the names of both versions of the platform's client."""
    return {
        "session_id": session.session_id,
        "start_at": exact_rfc3339(session.started_at),
        "end_at": exact_rfc3339(session.ends_at),
        "active": session.active,
        "is_active": session.active,
        "data": session.data,
    }
