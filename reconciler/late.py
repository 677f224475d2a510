"""Packages that import a part of themselves when it is asked for, because few runs need it and all would pay."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any


def late(package: str, modules: Mapping[str, str], name: str) -> Any:
    """Return a name of a package, for its `__getattr__`: `modules` says in which of its modules each name is."""
    if name not in modules:
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    found = getattr(import_module(f"{package}.{modules[name]}"), name)
    setattr(import_module(package), name, found)
    return found
