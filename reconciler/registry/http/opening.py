"""Opening a registry behind HTTP. Nothing is sent by it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.project import Secret
from reconciler.registry.http.link import Link
from reconciler.registry.http.reader import PAGE_SIZE, HttpReader
from reconciler.registry.http.refusal import Refusals
from reconciler.registry.http.retry import Patience
from reconciler.registry.http.settings import ALLOW_INSECURE, Settings
from reconciler.registry.http.snapshot_cache import SnapshotCache
from reconciler.registry.http.transport import Timeouts, Transport
from reconciler.registry.url import HttpEndpoint, UnsupportedRegistry

if TYPE_CHECKING:
    from reconciler.registry.http.client import HttpRegistry


@dataclass(frozen=True, slots=True)
class Manner:
    """How to talk to a registry."""

    settings: Settings = field(default_factory=lambda: Settings.of(os.environ))
    patience: Patience = field(default_factory=Patience)
    timeouts: Timeouts = field(default_factory=Timeouts)
    page_size: int = PAGE_SIZE


def open_http_reader(
    endpoint: HttpEndpoint, *, product: str, token: Secret | None, manner: Manner | None = None
) -> HttpReader:
    """Open a registry for reading. Raises UnsupportedRegistry, RegistryDenied, RegistryUnavailable."""
    manner = manner or Manner()
    return _reader(open_link(endpoint, token, manner), endpoint, product, manner)


def open_http_registry(
    endpoint: HttpEndpoint, *, product: str, token: Secret | None, manner: Manner | None = None
) -> HttpRegistry:
    """Open a registry for reading and writing. Raises as `open_http_reader` does."""
    manner = manner or Manner()
    return open_registry_on(open_link(endpoint, token, manner), endpoint, product=product, manner=manner)


def open_registry_on(link: Link, endpoint: HttpEndpoint, *, product: str, manner: Manner) -> HttpRegistry:
    """Open a registry on a link that other calls share."""
    from reconciler.registry.http.client import HttpRegistry  # noqa: PLC0415 - a reader does without

    return HttpRegistry(link, _reader(link, endpoint, product, manner), product=product)


def open_link(endpoint: HttpEndpoint, token: Secret | None, manner: Manner | None = None) -> Link:
    """Open what readers and registries talk through, for other calls than theirs. Raises as they do."""
    manner = manner or Manner()
    if token and not (endpoint.is_tls or endpoint.is_loopback or manner.settings.allow_insecure):
        raise UnsupportedRegistry(
            f"The token is not sent to {endpoint.url}: everybody on the way could read it",
            hint=f"Use an `https://` URL, or set {ALLOW_INSECURE}=1 where the network is safe.",
        )
    transport = Transport(endpoint, token, manner.settings, manner.timeouts)
    return Link(transport, Refusals(endpoint.url, token), manner.patience)


def _reader(link: Link, endpoint: HttpEndpoint, product: str, manner: Manner) -> HttpReader:
    cache = SnapshotCache(manner.settings.cache_folder, endpoint.url, product, token=link.refusals.token)
    return HttpReader(link, product=product, cache=cache, page_size=manner.page_size)
