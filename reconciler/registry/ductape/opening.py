"""Opening the platform. Nothing is sent by it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from reconciler.project import Secret
from reconciler.registry.ductape.credentials import find_credentials, home_folder
from reconciler.registry.ductape.proxy import Proxy
from reconciler.registry.http import Manner, open_link
from reconciler.registry.http.link import Link
from reconciler.registry.url import DuctapeEndpoint


def open_proxy(
    address: DuctapeEndpoint,
    *,
    environment: Mapping[str, str] | None = None,
    home: Path | None = None,
    manner: Manner | None = None,
) -> Proxy:
    """Open what all calls go through. Raises RegistryDenied, UnsupportedRegistry, RegistryUnavailable."""
    known = os.environ if environment is None else environment
    credentials = find_credentials(address.http, known, home or home_folder())
    return Proxy(open_platform(address, credentials.token, manner), credentials)


def open_platform(address: DuctapeEndpoint, token: Secret | None, manner: Manner | None = None) -> Link:
    """Open the connections to the platform. It wants the token in a header of its own as well."""
    return open_link(replace(address.http, token_header="x-access-token" if token else ""), token, manner)
