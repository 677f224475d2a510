"""The gate before a web application: what becomes of a request, by the token that it carries.

ASGI and WSGI share it. It never guesses: a token is good because the registry said so, at most `cache_seconds` ago. A
registry that can't be asked is a 503, for requests with a token; those without one need no registry.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from reconciler.client.client import Client
from reconciler.client.memory import Memory
from reconciler.client.sessions import tag_of
from reconciler.client.sources import Bearer, Headers, TokenSource
from reconciler.port import RegistryError
from reconciler.runtime import Verdict
from reconciler.runtime.surroundings import Surroundings
from reconciler.values import JsonObject

CACHE_SECONDS_MAX = 1.0
_RETRY_SECONDS = "1"
_TOKEN_LENGTH_MAX = 16 * 1024
_LOG = logging.getLogger("reconciler.client")
_REASONS = {
    "expired": "The session has expired.",
    "revoked": "The session was ended.",
}


@dataclass(frozen=True, slots=True)
class RequestSession:
    """The verified session of a request. `expires_at` is the token's, in UTC; `data` is this request's own copy."""

    tag: str
    session_id: str
    identifier: str
    data: JsonObject
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """The answer to a request that is not let through: a problem document (RFC 9457)."""

    status: int
    title: str
    code: str
    detail: str
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers of the answer."""
        length = str(len(self.body))
        given = [
            ("Content-Type", "application/problem+json"),
            ("Content-Length", length),
            ("Cache-Control", "no-store"),
        ]
        return [*given, *self.extra]

    @property
    def body(self) -> bytes:
        """The document."""
        fields = {"type": "about:blank", "title": self.title, "status": self.status}
        return json.dumps({**fields, "code": self.code, "detail": self.detail}).encode()


@dataclass(frozen=True, slots=True)
class Open:
    """An open question: only the registry can tell of the token."""

    token: str = field(repr=False)


# A session, none (the request goes through nevertheless), or the answer.
Admission: TypeAlias = RequestSession | Refusal | None


@dataclass(frozen=True)
class SessionGate:
    """Verifies the tokens of requests with a client, which stays the caller's to close.

    `tag` is the one session type whose tokens are let in; None lets in every type's, and then `session.tag` is yours to
    look at. `sources` are tried in turn. `required` answers 401 to a request without a good token; otherwise it goes
    through without a session. `cache_seconds` (at most 1; 0: none) is for how long a good token is not asked about
    again: so much later is a revocation seen. `cache_size` tokens are kept.
    """

    client: Client
    tag: str | None
    required: bool = False
    sources: Sequence[TokenSource] = (Bearer(),)
    cache_seconds: float = 0.0
    cache_size: int = 4096
    surroundings: Surroundings = field(default_factory=Surroundings, repr=False)
    _memory: Memory[RequestSession] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not 0 <= self.cache_seconds <= CACHE_SECONDS_MAX:
            raise ValueError(f"cache_seconds is from 0 to {CACHE_SECONDS_MAX:g}: a revoked session must not live on")
        object.__setattr__(self, "_memory", Memory(self.cache_seconds, self.cache_size, self.surroundings.monotonic))

    def token(self, headers: Headers) -> str | None:
        """Return the token that a request carries."""
        return next(filter(None, (source.find(headers) for source in self.sources)), None)

    def at_once(self, token: str | None) -> Admission | Open:
        """Return what is known without asking the registry, or the question that it must be asked."""
        if token is None:
            return _missing() if self.required else None
        if len(token) > _TOKEN_LENGTH_MAX or tag_of(token) is None:
            return self._bad("invalid")
        known = self._memory.recall(token)
        if known is None or known.expires_at <= self.surroundings.now():
            return Open(token)
        return replace(known, data=deepcopy(known.data))

    def ask(self, token: str) -> Admission:
        """Ask the registry about a token. Blocks for as long as the client's manner allows."""
        asked_at = self.surroundings.monotonic()
        try:
            verdict = self.client.sessions.verify(self.tag, token)
        except RegistryError as error:
            _LOG.error("A session can't be verified: %s. %s", error.message, error.hint)
            return _unavailable()
        session = _session(token, verdict)
        if session is None:
            return self._bad(verdict.reason or "invalid")
        self._memory.keep(token, replace(session, data=deepcopy(session.data)), asked_at)
        return session

    def admit(self, headers: Headers) -> Admission:
        """Return what becomes of a request."""
        known = self.at_once(self.token(headers))
        return self.ask(known.token) if isinstance(known, Open) else known

    def _bad(self, reason: str) -> Refusal | None:
        if not self.required:
            return None
        detail = _REASONS.get(reason, "The session token is not valid.")
        challenge = ("WWW-Authenticate", 'Bearer error="invalid_token"')
        return Refusal(401, "A session is needed", f"session-{reason}", detail, (challenge,))


def _session(token: str, verdict: Verdict) -> RequestSession | None:
    """Return the session of a verdict that has everything which a good one has."""
    tag = tag_of(token)
    if not verdict.valid or tag is None or verdict.session_id is None or verdict.identifier is None:
        return None
    if verdict.data is None or verdict.expires_at is None:
        return None
    return RequestSession(tag, verdict.session_id, verdict.identifier, verdict.data, verdict.expires_at)


def _missing() -> Refusal:
    detail = "The request carries no session token."
    return Refusal(401, "A session is needed", "session-missing", detail, (("WWW-Authenticate", "Bearer"),))


def _unavailable() -> Refusal:
    detail = "Sessions can't be verified at the moment. Try again."
    return Refusal(
        503, "Sessions can't be verified", "sessions-unavailable", detail, (("Retry-After", _RETRY_SECONDS),)
    )
