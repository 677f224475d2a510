"""Document: what a parse gives."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.diagnostics import Location
from reconciler.nodes.marks import Marks
from reconciler.values import JsonValue


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document as plain data, with the positions of all it holds, and its own."""

    data: JsonValue
    marks: Marks
    location: Location
