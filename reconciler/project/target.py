"""A target: one registry that the manifests are applied to, with its overlays and guards."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reconciler.plan import Limits

DEFAULT_REGISTRY = "sqlite:///.reconciler/registry.db"

# Up to the last `@` before the path; a password that is not escaped may hold `@`, or a `/` after its colon.
_USERINFO = re.compile(r"(?<=://)(?:[^/?#]*|[^/?#:@]*:[^?#]*)@")

_SECRET_PARAMETER = re.compile(r"(?<=[?&])(\w*password|\w*token|\w*secret)=[^&#]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Target:
    """Where to. `name` is None without a project file; `overlays` are relative to the project.

    `ledger` is the path or the URL of the ledger, for a registry that does not record owners itself.
    """

    name: str | None = None
    registry: str = DEFAULT_REGISTRY
    overlays: tuple[str, ...] = ()
    limits: Limits = Limits()
    ledger: str | None = None


def without_credentials(url: str) -> str:
    """Return a registry's URL as it may be shown and stored."""
    return _SECRET_PARAMETER.sub(r"\1=", _USERINFO.sub("", url))
