"""The session calls, whoever answers them: the store, or a server over HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol

from reconciler.port import RegistryRejected
from reconciler.runtime.model import (
    ActivePage,
    Dashboard,
    KeyInfo,
    Pair,
    RetiredKey,
    Revoked,
    UserDetails,
    UsersPage,
    Verdict,
)

ENV_PATTERN = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"
PAGE_LIMIT = 20
PAGE_LIMIT_MAX = 1000
SESSIONS_OF_USER = 100
TIMELINE_DAYS = 30


class Sessions(Protocol):
    """The sessions of one product in one environment, on behalf of one actor. May be used by several threads at once.

    Each call can also raise RegistryUnavailable. `tag` names the session type.
    """

    def start(
        self, tag: str, data: Mapping[str, Any], *, expires_in: int | None = None, idempotency_key: str | None = None
    ) -> Pair:
        """Start a session.

        `expires_in` (seconds) may shorten the type's lifetime, for this session and all its refreshes. The same
        `idempotency_key` within a day gives the answer that was given first, however often it is sent.

        Raises UnknownSessionType, InvalidSessionData, and IdempotencyConflict for a key that stands for other data.
        """
        ...

    def verify(self, tag: str, token: str) -> Verdict:
        """Tell whether a token is good. Raises nothing for a bad one, whatever it is."""
        ...

    def refresh(self, tag: str, refresh_token: str, *, client_key: str | None = None) -> Pair:
        """Exchange a refresh token for a new pair; the old token, if it has not expired, stays valid until it does.

        The refresh token can be used once; its reuse revokes the session. Only who sends the same `client_key` again
        within 10 seconds gets the same pair again, because the answer may have been lost.

        The data stays as it is; it may lack fields that the session type has gained since.

        Raises RefreshRefused; UnknownSessionType where the type was deleted.
        """
        ...

    def revoke(self, tag: str, session_id: str) -> Revoked:
        """End a session: its tokens and its refresh token. Raises UnknownSession."""
        ...

    def revoke_all(self, tag: str, identifier: str) -> Revoked:
        """End all sessions of a user; 0 where there are none."""
        ...

    def active(self, tag: str, *, identifier: str | None = None, page: int = 1, limit: int = PAGE_LIMIT) -> ActivePage:
        """Return a page of the live sessions, of one user or of all."""
        ...

    def users(self, tag: str, *, page: int = 1, limit: int = PAGE_LIMIT) -> UsersPage:
        """Return a page of the users."""
        ...

    def user(self, tag: str, identifier: str, *, limit: int = SESSIONS_OF_USER) -> UserDetails:
        """Return a user with at most `limit` sessions. Raises UnknownUser."""
        ...

    def dashboard(self, tag: str, *, days: int = TIMELINE_DAYS) -> Dashboard:
        """Return the numbers, with a timeline of the last `days` days."""
        ...


class SessionKeys(Protocol):
    """The keys of one product in one environment."""

    def list(self) -> tuple[KeyInfo, ...]:
        """Return all keys, oldest first, the retired ones too."""
        ...

    def rotate(self) -> KeyInfo:
        """Make a new key for new tokens; the old ones still open theirs, so nobody is logged out.

        It is used from `active_from` on, when every process knows it.
        """
        ...

    def retire(self, key_id: str) -> RetiredKey:
        """Take a key out of use for good: whose newest token was made with it is logged out. Raises UnknownKey."""
        ...


def check_env(env: str) -> None:
    """Raise RegistryRejected for a name that no environment can have."""
    if not re.fullmatch(ENV_PATTERN, env):
        raise RegistryRejected(
            f"`{env}` is no name of an environment",
            hint="It has 1 to 64 letters, digits, `_`, `.` or `-` and starts with a letter or digit: `prd`.",
        )


def page_start(page: int, limit: int) -> int:
    """Return how many entries come before a page. Raises RegistryRejected for what can't be."""
    if page < 1 or not 1 <= limit <= PAGE_LIMIT_MAX:
        raise RegistryRejected(f"A page counts from 1, and a limit goes from 1 to {PAGE_LIMIT_MAX}")
    return (page - 1) * limit
