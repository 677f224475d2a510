"""Sessions behind HTTP: `reconciler.runtime.Sessions` and `SessionKeys` on the API of design section 5.

A start carries a key under which the registry starts one session, however often the request comes. A refresh carries
one too, which holds for ten seconds: what can't be repeated within that time is not repeated, since a refresh token
that is used again later revokes its session.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self, TypeVar

from reconciler.port import RegistryRejected
from reconciler.project import Secret
from reconciler.registry.http import session_decode as decode
from reconciler.registry.http.encode import json_body as body
from reconciler.registry.http.encode import product_path, segment
from reconciler.registry.http.link import Link
from reconciler.registry.http.opening import Manner, open_link
from reconciler.registry.http.retry import repeat
from reconciler.registry.http.transport import Request
from reconciler.registry.url import HttpEndpoint
from reconciler.runtime import (
    ActivePage,
    Dashboard,
    KeyInfo,
    Pair,
    Pruned,
    RetiredKey,
    Revoked,
    UnknownSessionType,
    UserDetails,
    UsersPage,
    Verdict,
)
from reconciler.runtime.protocol import PAGE_LIMIT, SESSIONS_OF_USER, TIMELINE_DAYS, check_env
from reconciler.session_type.rules import TAG_PATTERN
from reconciler.values import exact_rfc3339

T = TypeVar("T")

_DOUBT = "It may have been carried out nevertheless: look at the sessions before you repeat it."
_OK, _CREATED = 200, 201
# An attempt that begins within it arrives before the ten seconds are over.
_REFRESH_SECONDS = 7


def _new_key() -> str:
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True)
class HttpSessions:
    """Implements `reconciler.runtime.Sessions`, where each call is described."""

    link: Link
    place: str
    new_key: Callable[[], str] = _new_key

    def start(
        self, tag: str, data: Mapping[str, Any], *, expires_in: int | None = None, idempotency_key: str | None = None
    ) -> Pair:
        """Start a session."""
        asked = {"data": dict(data), **({} if expires_in is None else {"expires_in": expires_in})}
        request = self._post(tag, "start", asked, idempotency_key or self.new_key())
        return self.link.change(request, _CREATED, decode.pair, repeat)

    def verify(self, tag: str, token: str) -> Verdict:
        """Tell whether a token is good."""
        return self.link.decoded(self.link.get(self._post(tag, "verify", {"token": token})), decode.verdict)

    def refresh(self, tag: str, refresh_token: str, *, client_key: str | None = None) -> Pair:
        """Exchange a refresh token for a new pair."""
        request = self._post(tag, "refresh", {"refreshToken": refresh_token}, client_key or self.new_key())
        patience = self.link.patience
        soon = replace(self.link, patience=replace(patience, seconds=min(patience.seconds, _REFRESH_SECONDS)))
        return soon.change(request, _OK, decode.pair, repeat)

    def revoke(self, tag: str, session_id: str) -> Revoked:
        """End a session."""
        return self.link.change(self._post(tag, "revoke", {"sessionId": session_id}), _OK, decode.revoked, repeat)

    def revoke_all(self, tag: str, identifier: str) -> Revoked:
        """End all sessions of a user."""
        return self.link.change(self._post(tag, "revoke-all", {"identifier": identifier}), _OK, decode.revoked, repeat)

    def active(self, tag: str, *, identifier: str | None = None, page: int = 1, limit: int = PAGE_LIMIT) -> ActivePage:
        """Return a page of the live sessions."""
        only = {} if identifier is None else {"identifier": identifier}
        return self._get(tag, "active", {"page": str(page), "limit": str(limit), **only}, decode.active)

    def users(self, tag: str, *, page: int = 1, limit: int = PAGE_LIMIT) -> UsersPage:
        """Return a page of the users."""
        return self._get(tag, "users", {"page": str(page), "limit": str(limit)}, decode.users)

    def user(self, tag: str, identifier: str, *, limit: int = SESSIONS_OF_USER) -> UserDetails:
        """Return a user."""
        if not identifier:
            raise RegistryRejected("An identifier has at least one character")
        return self._get(tag, f"users/{_dotless(segment(identifier))}", {"limit": str(limit)}, decode.details)

    def dashboard(self, tag: str, *, days: int = TIMELINE_DAYS) -> Dashboard:
        """Return the numbers."""
        return self._get(tag, "dashboard", {"days": str(days)}, decode.dashboard)

    def _post(self, tag: str, call: str, asked: dict[str, Any], key: str | None = None) -> Request:
        headers = {} if key is None else {"Idempotency-Key": key}
        return Request("POST", self._path(tag, call), headers=headers, body=body(asked))

    def _get(self, tag: str, what: str, query: Mapping[str, str], read: Callable[[bytes], T]) -> T:
        return self.link.decoded(self.link.get(Request("GET", self._path(tag, what), query=query)), read)

    def _path(self, tag: str, rest: str) -> str:
        if not re.fullmatch(TAG_PATTERN, tag):
            raise UnknownSessionType(f"There is no session type `{tag}`, because that can't be a tag", tag=tag)
        return f"{self.place}/sessions/{tag}/{rest}"


def _dotless(piece: str) -> str:
    """Spell `.` and `..` so that nobody on the way takes them for a way."""
    return piece.replace(".", "%2E") if not piece.strip(".") else piece


@dataclass(frozen=True, slots=True)
class HttpKeys:
    """Implements `reconciler.runtime.SessionKeys`, where each call is described. Neither write is ever repeated."""

    link: Link
    place: str

    def list(self) -> tuple[KeyInfo, ...]:
        """Return all keys."""
        return self.link.decoded(self.link.get(Request("GET", f"{self.place}/keys")), decode.keys)

    def rotate(self) -> KeyInfo:
        """Make a new key."""
        return self.link.once(Request("POST", f"{self.place}/keys/rotate"), _CREATED, decode.key)

    def retire(self, key_id: str) -> RetiredKey:
        """Take a key out of use."""
        return self.link.once(Request("POST", f"{self.place}/keys/{segment(key_id)}/retire"), _OK, decode.retired_key)


class HttpRuntime:
    """The sessions and keys of a product in an environment, behind HTTP."""

    def __init__(self, link: Link, *, product: str, env: str) -> None:
        """Name the place. Raises RegistryRejected for names that no product or environment can have."""
        check_env(env)
        # Answers hold tokens and what is known of people: no message may quote them.
        link = replace(link, refusals=replace(link.refusals, quotes=False), doubt=_DOUBT)
        self._link = link
        self._product = product_path(product)
        place = f"{self._product}/envs/{segment(env)}"
        self.sessions = HttpSessions(link, place)
        self.keys = HttpKeys(link, place)

    def prune(self, before: datetime) -> Pruned:
        """Remove the product's sessions that were over before a moment."""
        request = Request("POST", f"{self._product}/sessions/prune", body=body({"before": exact_rfc3339(before)}))
        return self._link.change(request, _OK, decode.pruned, repeat)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._link.close()


def open_http_runtime(
    endpoint: HttpEndpoint, *, product: str, env: str, token: Secret | None, manner: Manner | None = None
) -> HttpRuntime:
    """Open it; nothing is sent. Raises UnsupportedRegistry, RegistryDenied, RegistryUnavailable."""
    return HttpRuntime(open_link(endpoint, token, manner), product=product, env=env)
