"""How values read: as JSON, on one line, with nothing in them that a terminal could obey."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reconciler.plan import MASK
from reconciler.values import JsonValue

if TYPE_CHECKING:
    from reconciler.plan import DiagnosticEntry, FieldEntry


def shown(value: JsonValue) -> str:
    """Return a value as JSON. Characters that don't print (controls, direction marks) are escaped."""
    return MASK if value == MASK else safe(json.dumps(value, ensure_ascii=False))


def safe(text: str) -> str:
    """Return a text in which every character prints."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def diagnostic_words(diagnostic: DiagnosticEntry) -> str:
    """Return what a diagnostic says, on one line: the detail, and the way out."""
    return safe(f"{diagnostic['detail']} {diagnostic['hint']}".strip())


def diagnostic_path(location: Mapping[str, Any]) -> str:
    """Return a location's file as other tools compare it: without the `./` that a person may type."""
    return str(location["file"]).removeprefix("./")


def shown_change(field: FieldEntry) -> str:
    """Return `old -> new`, or the one side that there is."""
    match field["class"]:
        case "field-added":
            return shown(field["after"])
        case "field-removed":
            return shown(field["before"])
        case _:
            return f"{shown(field['before'])} -> {shown(field['after'])}"


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun, in the plural where it must be."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {plural or noun + 's'}"
