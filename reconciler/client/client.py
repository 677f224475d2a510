"""The client: one product of a registry server, in one environment, over one set of kept connections."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Self

from reconciler.client.session_types import SessionTypeCalls
from reconciler.client.sessions import SessionCalls
from reconciler.port import RegistryDenied
from reconciler.project import Secret
from reconciler.registry import UnsupportedRegistry
from reconciler.registry.http import HttpRuntime, Manner, Patience, Settings, Timeouts, open_link, open_registry_on
from reconciler.registry.url import HttpEndpoint, parse_registry_url

# An application has people waiting: it gives up sooner than a pipeline does.
APP_MANNER = Manner(
    settings=Settings(),
    patience=Patience(attempts=4, seconds=5, first_wait=0.1, longest_wait=1),
    timeouts=Timeouts(connect=2, between=5, whole=10),
)


class Client:
    """A client of a registry server (`reconciler serve`). May be used by several threads at once.

    `url` is the server's, `https://…`; a token goes over `http://` to this machine only. `token` is an API token: the
    role `runtime` runs sessions, `read` and `write` are for session types. `product` and `env` say whose sessions and
    session types these are; session types belong to the product, whatever the environment.
    Space around a token is dropped: it comes with files. None sends no token; an empty one is refused.

    `manner` says how to talk: `Patience` (attempts, seconds), `Timeouts` (seconds) and `Settings` (the file with
    authorities of one's own). Without one, an `APP_MANNER` is taken that heeds RECONCILER_CA_FILE and
    RECONCILER_ALLOW_INSECURE: no attempt begins after 5 seconds, and each waits 2 seconds for a connection and 5 for an
    answer.

    Making a client sends nothing. Use it in one process: connections do not survive a fork. Raises UnsupportedRegistry,
    RegistryDenied (the token is empty or can't be one) and RegistryUnavailable (the authorities' file can't be read).
    """

    def __init__(
        self,
        url: str,
        token: str | Secret | None = None,
        *,
        product: str = "default",
        env: str = "default",
        manner: Manner | None = None,
    ) -> None:
        """Open it; nothing is sent."""
        endpoint, manner = _endpoint(url), manner or _manner(os.environ)
        self._link = open_link(endpoint, _secret(token), manner)
        registry = open_registry_on(self._link, endpoint, product=product, manner=manner)
        self._session_types = SessionTypeCalls(registry)
        self._sessions = SessionCalls(HttpRuntime(self._link, product=product, env=env).sessions)

    @property
    def session_types(self) -> SessionTypeCalls:
        """The session types of the product."""
        return self._session_types

    @property
    def sessions(self) -> SessionCalls:
        """The sessions of the product in the environment."""
        return self._sessions

    def close(self) -> None:
        """Close the connections."""
        self._link.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _endpoint(url: str) -> HttpEndpoint:
    found = parse_registry_url(url, Path())
    if not isinstance(found, HttpEndpoint):
        raise UnsupportedRegistry(
            "A client needs a registry server, such as `https://registry.example.com`",
            hint="`reconciler serve --database URL` puts a database behind one.",
        )
    return found


def _secret(token: str | Secret | None) -> Secret | None:
    if token is None:
        return None
    text = (token.reveal() if isinstance(token, Secret) else token).strip()
    if not text:
        raise RegistryDenied(
            "The registry token is empty", hint="Is its variable set, or its file written? Give None to send no token."
        )
    return Secret(text)


def _manner(environment: Mapping[str, str]) -> Manner:
    """Return the manner of an application. It keeps no snapshot in a folder of the user's."""
    return replace(APP_MANNER, settings=replace(Settings.of(environment), cache_folder=None))
