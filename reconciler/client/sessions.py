"""Sessions: start, verify, refresh, revoke, and what is told of sessions and users."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.registry.http import HttpSessions
from reconciler.runtime import (
    ActivePage,
    Dashboard,
    Pair,
    Revoked,
    SessionInfo,
    User,
    UserDetails,
    UsersPage,
    Verdict,
)
from reconciler.runtime.protocol import PAGE_LIMIT, PAGE_LIMIT_MAX, SESSIONS_OF_USER, TIMELINE_DAYS
from reconciler.session_type.rules import TAG_PATTERN
from reconciler.values import canonical_value

# The fewest requests.
_WHOLE_PAGE = PAGE_LIMIT_MAX
_INVALID = Verdict(valid=False, reason="invalid")


class SessionCalls:
    """The sessions of a product in an environment. The role is `runtime`; `read` is enough for the dashboard.

    `tag` names the session type. An identifier is what the session type's selector finds in the data; a number or a
    boolean stands for its text, as in the registry. Each call can raise RegistryUnavailable, RegistryDenied and, for
    arguments that no registry takes, RegistryRejected, besides what it names.
    """

    def __init__(self, sessions: HttpSessions) -> None:
        self._sessions = sessions

    def start(
        self, tag: str, data: Mapping[str, Any], *, expires_in: int | None = None, idempotency_key: str | None = None
    ) -> Pair:
        """Start a session with data of the session type's shape; return its token and refresh token.

        `expires_in` (seconds) may shorten the session type's lifetime, for this session and all its refreshes. However
        often the request has to be sent, one session is started; with an `idempotency_key` of your own that holds for
        repeated calls too, for a day, even after this process died.

        Raises UnknownSessionType; InvalidSessionData, whose `errors` has everything that is wrong, each with a JSON
        pointer such as `/data/email`; IdempotencyConflict where the key stands for other data; TypeError for data that
        is no mapping.
        """
        if not isinstance(data, Mapping):
            raise TypeError(f"The data must be a mapping, field by field, such as a dict, not {type(data).__name__}")
        return self._sessions.start(tag, data, expires_in=expires_in, idempotency_key=idempotency_key)

    def verify(self, tag: str | None, token: str | None) -> Verdict:
        """Tell whether a token is good. A bad one is no error, whatever it says: `valid` is False, `reason` says why.

        None, which is what a cookie that is missing often is, is no good token either; TypeError for what is no text.

        With None for the tag, the one that the token begins with is taken: then a token of any session type is good.
        """
        if token is None:
            return _INVALID
        if not isinstance(token, str):
            raise TypeError(f"The token must be a str or None, not {type(token).__name__}")
        prefix = tag_of(token)
        if prefix is None or (tag is not None and prefix != tag):
            return _INVALID
        return self._sessions.verify(prefix, token)

    def refresh(self, tag: str, refresh_token: str, *, client_key: str | None = None) -> Pair:
        """Exchange a refresh token for a new pair of the same session. It can be used once.

        Using it again revokes the session: somebody else may have it. Retries of this call are no second use; with a
        `client_key` of your own, neither is a repeated call within 10 seconds.

        Raises RefreshRefused, whose `code` and `reason` say why; UnknownSessionType where the type was deleted.
        """
        return self._sessions.refresh(tag, refresh_token, client_key=client_key)

    def revoke(self, tag: str, *, session_id: str | None = None, identifier: str | float | None = None) -> Revoked:
        """End a session by its id, or all sessions of a user: give one of the two. Return how many were live.

        Within a second every server process refuses the tokens. The number is 0 for what was over before, and where an
        answer was lost and the call sent again. Raises UnknownSession; TypeError for both or none of the two.
        """
        if (session_id is None) is (identifier is None):
            raise TypeError("Give either session_id, to end one session, or identifier, to end all of a user")
        if identifier is not None:
            return self.revoke_all(tag, identifier)
        return self._sessions.revoke(tag, str(session_id))

    def revoke_all(self, tag: str, identifier: str | float) -> Revoked:
        """End all sessions of a user. Return how many were live; 0 where there are none."""
        return self._sessions.revoke_all(tag, _text(identifier))

    def active(
        self, tag: str, *, identifier: str | float | None = None, page: int = 1, limit: int = PAGE_LIMIT
    ) -> ActivePage:
        """Return a page (from 1, of at most 1,000) of the live sessions, those that live longest first.

        With an identifier, only that user's.
        """
        named = None if identifier is None else _text(identifier)
        return self._sessions.active(tag, identifier=named, page=page, limit=limit)

    def users(self, tag: str, *, page: int = 1, limit: int = PAGE_LIMIT) -> UsersPage:
        """Return a page (from 1, of at most 1,000) of the users who ever had a session, those seen last first."""
        return self._sessions.users(tag, page=page, limit=limit)

    def user(self, tag: str, identifier: str | float, *, limit: int = SESSIONS_OF_USER) -> UserDetails:
        """Return a user with at most `limit` (to 1,000) sessions, newest first. Raises UnknownUser."""
        return self._sessions.user(tag, _text(identifier), limit=limit)

    def dashboard(self, tag: str, *, days: int = TIMELINE_DAYS) -> Dashboard:
        """Return the numbers of a session type, with a timeline of the last `days` (to 366) days in UTC."""
        return self._sessions.dashboard(tag, days=days)

    def each_active(self, tag: str, *, identifier: str | float | None = None) -> Iterator[SessionInfo]:
        """Yield all live sessions, page by page. One that starts or ends meanwhile may shift another out of sight."""
        page = 1
        while (found := self.active(tag, identifier=identifier, page=page, limit=_WHOLE_PAGE)).sessions:
            yield from found.sessions
            if page >= found.total_pages:
                return
            page += 1

    def each_user(self, tag: str) -> Iterator[User]:
        """Yield all users, page by page. One who is seen meanwhile may shift another out of sight."""
        page = 1
        while (found := self.users(tag, page=page, limit=_WHOLE_PAGE)).users:
            yield from found.users
            if page >= found.total_pages:
                return
            page += 1


def tag_of(token: str) -> str | None:
    """Return the tag that a token begins with; None for what is no token, whoever asks."""
    prefix, colon, rest = token.partition(":")
    return (
        prefix
        if colon and rest and token.isascii() and token.isprintable() and re.fullmatch(TAG_PATTERN, prefix)
        else None
    )


def _text(identifier: str | float) -> str:
    """Return an identifier as the registry spells it: 1 and 1.0 are `1`, true is `true`."""
    return identifier if isinstance(identifier, str) else json.dumps(canonical_value(identifier))
