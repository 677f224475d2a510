"""The sessions of a registry behind HTTP: `reconciler.runtime.Sessions` on the API of design sections 5 and 6.

What is sent again, and how that does no harm, differs from call to call: `start` and `refresh` carry a key under which
the registry gives the answer of the first time; a second `revoke` finds nothing left to end; the rest changes nothing.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from reconciler.port import RegistryRejected
from reconciler.registry.http import session_answers as answers
from reconciler.registry.http.encode import body, product_path, segment
from reconciler.registry.http.link import Link
from reconciler.registry.http.retry import repeat
from reconciler.registry.http.transport import Request
from reconciler.runtime import ActivePage, Dashboard, Pair, Revoked, UnknownSessionType, UserDetails, UsersPage, Verdict
from reconciler.runtime.protocol import PAGE_LIMIT, SESSIONS_OF_USER, TIMELINE_DAYS, check_env
from reconciler.session_type.rules import TAG_PATTERN

T = TypeVar("T")

_OK, _CREATED = 200, 201


class HttpSessions:
    """Implements `reconciler.runtime.Sessions`, where each call is described, for one product in one environment."""

    def __init__(self, link: Link, *, product: str, env: str) -> None:
        """Name the place. Raises RegistryRejected for names that no product or environment can have."""
        check_env(env)
        self._link = link
        self._path = f"{product_path(product)}/envs/{_piece(env)}/sessions"

    def start(
        self, tag: str, data: Mapping[str, Any], *, expires_in: int | None = None, idempotency_key: str | None = None
    ) -> Pair:
        """Start a session."""
        fields: dict[str, Any] = {"data": dict(data)} | ({} if expires_in is None else {"expires_in": expires_in})
        request = self._post(tag, "start", fields, key=idempotency_key or _new_key())
        return self._link.change(request, _CREATED, answers.pair, repeat)

    def verify(self, tag: str, token: str) -> Verdict:
        """Tell whether a token is good."""
        answer = self._link.get(self._post(tag, "verify", {"token": token}))
        return self._link.decoded(answer, answers.verdict)

    def refresh(self, tag: str, refresh_token: str, *, client_key: str | None = None) -> Pair:
        """Exchange a refresh token for a new pair."""
        request = self._post(tag, "refresh", {"refreshToken": refresh_token}, key=client_key or _new_key())
        return self._link.change(request, _OK, answers.pair, repeat)

    def revoke(self, tag: str, session_id: str) -> Revoked:
        """End a session."""
        request = self._post(tag, "revoke", {"sessionId": session_id})
        return self._link.change(request, _OK, answers.revoked, repeat)

    def revoke_all(self, tag: str, identifier: str) -> Revoked:
        """End all sessions of a user."""
        request = self._post(tag, "revoke-all", {"identifier": identifier})
        return self._link.change(request, _OK, answers.revoked, repeat)

    def active(self, tag: str, *, identifier: str | None = None, page: int = 1, limit: int = PAGE_LIMIT) -> ActivePage:
        """Return a page of the live sessions."""
        query = {"page": str(page), "limit": str(limit)} | ({} if identifier is None else {"identifier": identifier})
        return self._get(tag, "active", query, answers.active_page)

    def users(self, tag: str, *, page: int = 1, limit: int = PAGE_LIMIT) -> UsersPage:
        """Return a page of the users."""
        return self._get(tag, "users", {"page": str(page), "limit": str(limit)}, answers.users_page)

    def user(self, tag: str, identifier: str, *, limit: int = SESSIONS_OF_USER) -> UserDetails:
        """Return a user."""
        return self._get(tag, f"users/{_piece(identifier)}", {"limit": str(limit)}, answers.user_details)

    def dashboard(self, tag: str, *, days: int = TIMELINE_DAYS) -> Dashboard:
        """Return the numbers."""
        return self._get(tag, "dashboard", {"days": str(days)}, answers.dashboard)

    def _get(self, tag: str, what: str, query: dict[str, str], decode: Callable[[bytes], T]) -> T:
        request = Request("GET", f"{self._path}/{_tag(tag)}/{what}", query, tag=tag)
        return self._link.decoded(self._link.get(request), decode)

    def _post(self, tag: str, what: str, fields: dict[str, Any], *, key: str | None = None) -> Request:
        headers = {} if key is None else {"Idempotency-Key": key}
        return Request("POST", f"{self._path}/{_tag(tag)}/{what}", headers=headers, body=body(fields), tag=tag)


def _new_key() -> str:
    return str(uuid.uuid4())


def _tag(tag: str) -> str:
    if not re.fullmatch(TAG_PATTERN, tag):
        raise UnknownSessionType(f"There is no session type `{tag}`, because that can't be a tag", tag=tag)
    return tag


def _piece(text: str) -> str:
    """Percent-encode a piece of a path, and so that no dots in it lead elsewhere."""
    if not text:
        raise RegistryRejected("An identifier has at least one character")
    return segment(text).replace(".", "%2E") if not text.strip(".") else segment(text)
