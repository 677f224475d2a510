"""Sessions, users and keys as text. The data of sessions is about people: lists leave it out, JSON has it."""

from __future__ import annotations

from datetime import datetime

from reconciler.render.paint import Paint, plain
from reconciler.render.table import render_pairs, render_table
from reconciler.render.values import counted, safe, shown
from reconciler.runtime import ActivePage, KeyInfo, Pair, SessionInfo, User, UserDetails, UsersPage, Verdict
from reconciler.values import rfc3339

_WORDS = {
    "invalid": "it is no token of this session type, product and environment, or was altered",
    "expired": "it has expired",
    "revoked": "its session was revoked",
}


def render_pair(pair: Pair, paint: Paint = plain) -> str:
    """Return what a start or refresh gave, tokens included."""
    return render_pairs(
        [
            ("session", pair.session_id),
            ("token", pair.token),
            ("expires", rfc3339(pair.expires_at)),
            ("refresh token", pair.refresh_token),
            ("usable until", rfc3339(pair.refresh_expires_at)),
        ],
        paint,
    )


def render_verdict(verdict: Verdict, paint: Paint = plain) -> str:
    """Return what a token is worth, and what a good one holds."""
    if verdict.reason is not None or verdict.expires_at is None:
        reason = verdict.reason or "invalid"
        return f"{paint('Not valid', 'error')} ({reason}): {_WORDS[reason]}."
    pairs = [
        ("session", verdict.session_id or ""),
        ("user", safe(verdict.identifier or "")),
        ("expires", rfc3339(verdict.expires_at)),
        ("data", shown(verdict.data)),
    ]
    return f"{paint('Valid.', 'create')}\n{render_pairs(pairs, paint)}"


def render_active(page: ActivePage, paint: Paint = plain) -> str:
    """Return a page of live sessions."""
    if not page.sessions:
        return _nothing(page, "live sessions")
    rows = [(each.session_id, safe(each.identifier), *_moments(each)) for each in page.sessions]
    table = render_table(("SESSION", "USER", "STARTED", "ENDS"), rows, paint)
    return f"{table}\n\n{_place(page, 'live session')}"


def render_users(page: UsersPage, paint: Paint = plain) -> str:
    """Return a page of users."""
    if not page.users:
        return _nothing(page, "users")
    rows = [
        (
            safe(each.identifier),
            each.status.value,
            f"{each.active_sessions:,}",
            f"{each.total_sessions:,}",
            rfc3339(each.first_seen),
            rfc3339(each.last_seen),
        )
        for each in page.users
    ]
    table = render_table(("USER", "STATUS", "LIVE", "SESSIONS", "FIRST SEEN", "LAST SEEN"), rows, paint)
    return f"{table}\n\n{_place(page, 'user')}"


def render_user(details: UserDetails, now: datetime, paint: Paint = plain) -> str:
    """Return a user with the newest sessions."""
    told = render_pairs(_user(details.user), paint)
    if not details.sessions:
        return f"{told}\n\nNo session is kept any more."
    rows = [(each.session_id, _state(each, now), *_moments(each)) for each in details.sessions]
    table = render_table(("SESSION", "STATE", "STARTED", "ENDS"), rows, paint)
    total = details.user.total_sessions
    more = f"\n\nThe newest {len(rows):,} of {total:,} sessions." if total > len(rows) else ""
    return f"{told}\n\n{table}{more}"


def render_keys(keys: tuple[KeyInfo, ...], now: datetime, paint: Paint = plain) -> str:
    """Return the keys as a table, oldest first."""
    if not keys:
        return "No keys yet: the first session makes one."
    rows = [(each.key_id, key_state(each, now), rfc3339(each.created_at)) for each in keys]
    return render_table(("KEY", "STATE", "MADE"), rows, paint)


def key_state(key: KeyInfo, now: datetime) -> str:
    """Return what a key is for."""
    if key.retired_at is not None:
        return f"retired {rfc3339(key.retired_at)}"
    if key.current:
        return "current: makes new tokens"
    return f"makes new tokens from {rfc3339(key.active_from)}" if key.active_from > now else "opens its tokens"


def _user(user: User) -> list[tuple[str, str]]:
    return [
        ("user", safe(user.identifier)),
        ("status", user.status.value),
        ("live sessions", f"{user.active_sessions:,}"),
        ("sessions in all", f"{user.total_sessions:,}"),
        ("first seen", rfc3339(user.first_seen)),
        ("last seen", rfc3339(user.last_seen)),
    ]


def _state(session: SessionInfo, now: datetime) -> str:
    if session.revoked_at is not None:
        return f"revoked {rfc3339(session.revoked_at)}"
    return "live" if session.active and session.ends_at > now else "expired"


def _moments(session: SessionInfo) -> tuple[str, str]:
    return rfc3339(session.started_at), rfc3339(session.ends_at)


def _nothing(page: ActivePage | UsersPage, what: str) -> str:
    if page.total:
        return f"There is no page {page.page:,}: the last one is {page.total_pages:,}."
    return f"No {what}."


def _place(page: ActivePage | UsersPage, noun: str) -> str:
    total = counted(page.total, noun) if page.total < 1000 else f"{page.total:,} {noun}s"  # noqa: PLR2004 - digits are grouped
    return f"{total}." if page.total_pages == 1 else f"Page {page.page:,} of {page.total_pages:,}; {total} in all."
