"""How values read: as JSON, on one line, with nothing in them that a terminal could obey."""

from __future__ import annotations

import json

from reconciler.plan import MASK, FieldEntry
from reconciler.values import JsonValue


def shown(value: JsonValue) -> str:
    """Return a value as JSON. Characters that don't print (controls, direction marks) are escaped."""
    return MASK if value == MASK else safe(json.dumps(value, ensure_ascii=False))


def safe(text: str) -> str:
    """Return a text in which every character prints."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def shown_change(field: FieldEntry) -> str:
    """Return `old -> new`, or the one side that there is."""
    match field["class"]:
        case "field-added":
            return shown(field["after"])
        case "field-removed":
            return shown(field["before"])
        case _:
            return f"{shown(field['before'])} -> {shown(field['after'])}"


def counted(count: int, noun: str) -> str:
    """Return a count with its noun, in the plural where it must be."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
