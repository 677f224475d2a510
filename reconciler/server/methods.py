"""The methods that an address takes. The router itself would name those of the first route only."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.routing import compile_path

_METHODS = frozenset({"get", "post", "patch", "put", "delete"})


def allowed_methods(app: FastAPI, path: str) -> list[str]:
    """Return the methods of all routes that match a path, sorted."""
    found: set[str] = set()
    for template, operations in app.openapi()["paths"].items():
        if compile_path(template)[0].match(path):
            found |= {name.upper() for name in operations if name in _METHODS}
    return sorted(found)
