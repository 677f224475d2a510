"""Requests out, answers in, over connections that are kept, and any number of threads may use them.

An answer is read to its end here, within a time and a size, so that neither a trickle nor a flood holds a run up.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reconciler import __version__
from reconciler.port import RegistryDenied, RegistryUnavailable
from reconciler.project import Secret
from reconciler.registry.http.border import across
from reconciler.registry.http.library import httpx
from reconciler.registry.http.retry import Fate, NoAnswer
from reconciler.registry.http.settings import Settings
from reconciler.registry.http.wires import Wires
from reconciler.registry.url import HttpEndpoint

_HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": f"reconciler/{__version__}"}
_BODY_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to get a connection, between two pieces of an answer, and for a whole answer."""

    connect: float = 10
    between: float = 30
    whole: float = 120


@dataclass(frozen=True, slots=True)
class Request:
    """`path` is below the registry's URL, percent-encoded.

    `tag` is the session type that it is about, `tags` are those of a changeset's writes: for messages.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)
    tag: str | None = None
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Names of headers are in lower case. What the other side says is in no repr: it may repeat the token."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Transport:
    """The connections to one registry."""

    def __init__(self, endpoint: HttpEndpoint, token: Secret | None, settings: Settings, timeouts: Timeouts) -> None:
        self._endpoint = endpoint
        self._timeouts = timeouts
        self._bearer = _Bearer(token, endpoint.token_header) if token else None
        self._waits = {"timeout": httpx.Timeout(timeouts.between, connect=timeouts.connect).as_dict()}
        # The library's transports and not its client, whose cookies, redirects and authentication no request of ours
        # needs, and which takes half as long again.
        self._wires = Wires(endpoint, settings)

    def send(self, request: Request) -> Answer:
        """Send a request and return its answer, whatever it says. Raises NoAnswer."""
        return across(self._endpoint.url, lambda: self._exchange(request))

    def close(self) -> None:
        """Close all connections. Nothing can be sent any more."""
        self._wires.close()

    def _exchange(self, request: Request) -> Answer:
        with self._wires.taken() as wire:
            response = wire.handle_request(self._outgoing(request))
            try:
                body = self._body(response)
            finally:
                response.close()
        return Answer(response.status_code, {name.lower(): value for name, value in response.headers.items()}, body)

    def _outgoing(self, request: Request) -> httpx.Request:
        headers = {**_HEADERS, **request.headers}
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        outgoing = httpx.Request(
            request.method,
            self._endpoint.url + request.path,
            params=request.query or None,
            headers=headers,
            content=request.body,
            extensions=self._waits,
        )
        if self._bearer:
            self._bearer.sign(outgoing)
        return outgoing

    def _body(self, response: httpx.Response) -> bytes:
        begun, size, pieces = time.monotonic(), 0, []
        for piece in response.iter_bytes():
            pieces.append(piece)
            size += len(piece)
            if size > _BODY_BYTES:
                raise self._gave_up("sends more than can be an answer", Fate.FINAL)
            if time.monotonic() - begun > self._timeouts.whole:
                raise self._gave_up("answers too slowly", Fate.UNKNOWN)
        return b"".join(pieces)

    def _gave_up(self, predicate: str, fate: Fate) -> NoAnswer:
        return NoAnswer(RegistryUnavailable(f"The registry {self._endpoint.url} {predicate}"), fate)


class _Bearer:
    """Adds the token when a request goes out, so that it lies in no default header and no repr."""

    def __init__(self, token: Secret, also: str) -> None:
        text = token.reveal()
        if not text.isascii() or not text.isprintable() or " " in text:
            raise RegistryDenied(
                "The registry token can't be sent: it holds a space, a control character or a letter outside ASCII",
                hint="Is RECONCILER_TOKEN the token and nothing else?",
            )
        self._token = token
        self._also = also

    def sign(self, request: httpx.Request) -> None:
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        if self._also:
            request.headers[self._also] = self._token.reveal()
