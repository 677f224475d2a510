"""Lays an overlay over a manifest: mappings merge deeply, null removes a schema field, anything else is replaced.

Positions are merged with the values, so a problem, and a plan's `file:line`, point into the file that said it.
"""

from __future__ import annotations

from reconciler.nodes import Document, Marks, OwnMarks
from reconciler.values import JsonObject, JsonValue


def overlaid(base: Document, overlay: Document) -> Document:
    """Return `base` with the fields of `overlay` over it. Both are mappings with the same tag."""
    data: JsonObject = dict(_mapping(base.data))
    marks: OwnMarks = dict(base.marks)
    for key, value in _mapping(overlay.data).items():
        if key != "tag":  # it names the manifest, which stays where the session type is defined
            _lay(data, marks, key, (value, overlay.marks), removes=False)
    return Document(data, marks, base.location)


def _lay(data: JsonObject, marks: OwnMarks, key: str, over: tuple[JsonValue, Marks], *, removes: bool) -> None:
    """Set, merge or remove one key. Only inside `schema` does null remove."""
    value, over_marks = over
    entry = over_marks[key]
    under = data.get(key)
    if value is None and removes:
        data.pop(key, None)
        marks.pop(key, None)
    elif isinstance(value, dict) and isinstance(under, dict):
        merged = dict(under)
        merged_marks: OwnMarks = dict(marks[key][5] or {})
        for inner, inner_value in value.items():
            _lay(merged, merged_marks, inner, (inner_value, entry[5] or {}), removes=removes or key == "schema")
        data[key] = merged
        marks[key] = (*entry[:5], merged_marks)
    else:
        data[key] = _without_nulls(value) if removes else value
        marks[key] = entry


def _without_nulls(value: JsonValue) -> JsonValue:
    """Return what a mapping that is new to the manifest adds: a null removes what is not there."""
    if not isinstance(value, dict):
        return value
    return {key: _without_nulls(item) for key, item in value.items() if item is not None}


def _mapping(data: JsonValue) -> JsonObject:
    return data if isinstance(data, dict) else {}
