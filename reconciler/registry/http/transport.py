"""Requests out, answers in, over connections that are kept, and any number of threads may use them.

An answer is read to its end here, within a time and a size, so that neither a trickle nor a flood holds a run up.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from reconciler import __version__
from reconciler.port import RegistryDenied, RegistryUnavailable
from reconciler.project import Secret
from reconciler.registry.http.border import across
from reconciler.registry.http.library import httpx
from reconciler.registry.http.retry import Fate, NoAnswer
from reconciler.registry.http.settings import CA_FILE, Settings
from reconciler.registry.url import HttpEndpoint

# As many as `apply --parallelism` can ask for. Idle ones go before a server closes them, often after 5 s: a race.
_LIMITS = httpx.Limits(max_connections=256, max_keepalive_connections=32, keepalive_expiry=3)
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
        self._is_closed = False
        # The library's transport and not its client, whose cookies, redirects and authentication no request of ours
        # needs, and which takes half as long again.
        self._wire = _wire(proxy_for(endpoint), _tls(endpoint, settings))

    def send(self, request: Request) -> Answer:
        """Send a request and return its answer, whatever it says. Raises NoAnswer."""
        return across(self._endpoint.url, lambda: self._exchange(request))

    def close(self) -> None:
        """Close all connections. Nothing can be sent any more."""
        self._is_closed = True
        self._wire.close()

    def _exchange(self, request: Request) -> Answer:
        if self._is_closed:
            raise RuntimeError("The connection to the registry is closed")
        response = self._wire.handle_request(self._outgoing(request))
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


def _wire(proxy: str | None, tls: ssl.SSLContext) -> httpx.HTTPTransport:
    try:
        return httpx.HTTPTransport(verify=tls, limits=_LIMITS, proxy=proxy)
    except (ValueError, ImportError, httpx.InvalidURL):
        pass  # its text repeats the address, which may hold a password
    raise RegistryUnavailable(
        "The proxy that the environment names can't be used",
        hint="HTTP_PROXY, HTTPS_PROXY and ALL_PROXY are URLs such as `http://proxy:3128`; NO_PROXY lists the rest.",
    )


def proxy_for(endpoint: HttpEndpoint) -> str | None:
    """Return the URL of the proxy that leads to a registry, by HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY.

    This machine is not behind a proxy for itself, and a token for it is not for a proxy.
    """
    found = {} if endpoint.is_loopback else getproxies()
    url = urlsplit(endpoint.url)
    proxy = found.get(url.scheme, found.get("all"))
    # NO_PROXY names an IPv6 address without the brackets that it has in a URL.
    if not proxy or proxy_bypass(url.netloc) or proxy_bypass(url.hostname or ""):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _tls(endpoint: HttpEndpoint, settings: Settings) -> ssl.SSLContext:
    if not endpoint.is_tls:
        # Loading authorities takes longer than a request. A context without any is quick, and trusts nobody.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if settings.ca_file is None:
        return httpx.create_ssl_context()  # heeds SSL_CERT_FILE and SSL_CERT_DIR
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise RegistryUnavailable(
            f"The certificates in {settings.ca_file} can't be read: {error.strerror or 'it is not a PEM file'}",
            hint=f"{CA_FILE} names a file with the certificates of authorities, in PEM form.",
        ) from error
