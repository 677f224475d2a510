"""Document: what a parse gives, and how much it may hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from reconciler.diagnostics import Location
from reconciler.nodes.marks import Marks
from reconciler.values import JsonValue

DEPTH_MAX = 64
VALUES_MAX = 20_000

# A document's data, and the line and column of its value, from 0: what is known before anybody asks for positions.
QuickDocument: TypeAlias = "tuple[JsonValue, int, int]"


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document as plain data, with the positions of all it holds, and its own."""

    data: JsonValue
    marks: Marks
    location: Location
