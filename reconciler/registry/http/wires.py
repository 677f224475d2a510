"""The connections to one registry: how they are made, and who has which.

Each is a transport of the library with one connection in it. Whoever sends takes one for himself, so that calls at the
same time wait for the network and not for each other: the library's own pool looks at all its connections, under a
lock, whenever a call begins and ends.
"""

from __future__ import annotations

import ssl
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import inf
from threading import Event
from time import monotonic
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from reconciler.port import RegistryUnavailable
from reconciler.registry.http.library import httpx
from reconciler.registry.http.settings import CA_FILE, Settings
from reconciler.registry.url import HttpEndpoint

# Idle ones go before a server closes them, often after 5 s: a race.
_IDLE_SECONDS = 3
_ONE = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=_IDLE_SECONDS)


class Wires:
    """As many connections as there are calls at the same time. Not copied, and closed by its owner."""

    def __init__(self, endpoint: HttpEndpoint, settings: Settings) -> None:
        self._proxy = proxy_for(endpoint)
        self._tls = _tls(endpoint, settings)
        # Each with the second since which it is idle, the longest first.
        self._idle = deque([(monotonic(), self._made())])
        self._closed = Event()

    @contextmanager
    def taken(self) -> Iterator[httpx.HTTPTransport]:
        """Give a connection to the caller alone: the one that was used last, which is open most probably."""
        if self._closed.is_set():
            raise RuntimeError("The connection to the registry is closed")
        try:
            _, wire = self._idle.pop()
        except IndexError:
            wire = self._made()
        try:
            yield wire
        finally:
            self._give_back(wire)

    def close(self) -> None:
        """Close all connections; those that are in use as soon as they are given back."""
        self._closed.set()
        self._forget(before=inf)

    def _give_back(self, wire: httpx.HTTPTransport) -> None:
        now = monotonic()
        self._idle.append((now, wire))
        self._forget(before=inf if self._closed.is_set() else now - _IDLE_SECONDS)

    def _forget(self, *, before: float) -> None:
        """Close what is idle since before that second, and more if others do the same meanwhile: it is not needed."""
        with suppress(IndexError):
            while self._idle[0][0] < before:
                self._idle.popleft()[1].close()

    def _made(self) -> httpx.HTTPTransport:
        try:
            return httpx.HTTPTransport(verify=self._tls, limits=_ONE, proxy=self._proxy)
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
