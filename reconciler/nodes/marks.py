"""Positions of every key and value of a document, in a tree of the document's own shape.

An entry is a plain tuple, because a large set of manifests has hundreds of thousands of them; read it through the
functions here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from reconciler.diagnostics import Location
from reconciler.values import Path

# (file, key line, key column, value line, value column, marks of what the value holds); lines and columns from 0
Entry: TypeAlias = "tuple[str, int, int, int, int, Marks | None]"
Marks: TypeAlias = "Mapping[str | int, Entry]"
OwnMarks: TypeAlias = "dict[str | int, Entry]"  # of what is still being made


def entry_of(marks: Marks, path: Path) -> Entry | None:
    """Return the entry of the value at `path`, or of the nearest value around it; None where there is not even one."""
    nearest: Entry | None = None
    inside: Marks | None = marks
    for step in path:
        entry = inside.get(step) if inside else None
        if entry is None:
            break
        nearest, inside = entry, entry[5]
    return nearest


def value_location(marks: Marks, path: Path) -> Location | None:
    """Return where the value at `path` begins, or the nearest value around it."""
    entry = entry_of(marks, path)
    return Location(entry[0], entry[3] + 1, entry[4] + 1) if entry else None


def key_location(marks: Marks, path: Path) -> Location | None:
    """Return where the key of the value at `path` stands, or the key of the nearest value around it."""
    entry = entry_of(marks, path)
    return Location(entry[0], entry[1] + 1, entry[2] + 1) if entry else None


def keys_of(marks: Marks, path: Path) -> Marks:
    """Return the entries of what the value at `path` holds."""
    entry = entry_of(marks, path)
    return (entry[5] if entry else None) or {}
