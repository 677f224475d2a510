"""Every operation that the OpenAPI document names, so that a test can't forget a new one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reconciler.server import Settings, create_app

METHODS = ("get", "post", "put", "patch", "delete")
# Everything else needs a token.
PUBLIC = {"/healthz", "/readyz", "/metrics", "/openapi.json"}

NAMES = {
    "product": "storefront",
    "tag": "user",
    "env": "prd",
    "identifier": "user_123",
    "key_id": "0" * 16,
    "token_id": "0" * 16,
}


@dataclass(frozen=True)
class Operation:
    """A method and an address with placeholders."""

    method: str
    path: str
    description: dict[str, Any]

    @property
    def is_public(self) -> bool:
        return self.path in PUBLIC

    @property
    def has_body(self) -> bool:
        return "requestBody" in self.description

    def address(self, **values: str) -> str:
        return self.path.format(**{**NAMES, **values})


def document() -> dict[str, Any]:
    return create_app(Settings("sqlite:///unused.db", Path())).openapi()


def operations() -> Iterator[Operation]:
    for path, item in document()["paths"].items():
        for method, description in item.items():
            assert method in METHODS
            yield Operation(method.upper(), path, description)


def each(**having: bool) -> pytest.MarkDecorator:
    """Parametrise a test with every operation that has all of these traits."""
    found = [one for one in operations() if all(getattr(one, trait) is wanted for trait, wanted in having.items())]
    return pytest.mark.parametrize("operation", found, ids=[f"{one.method} {one.path}" for one in found])
