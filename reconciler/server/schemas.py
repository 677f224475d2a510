"""The JSON Schemas of session types and sample data, as far as JSON Schema can tell the rules."""

from __future__ import annotations

from typing import Any

from reconciler.server.models import EXAMPLE, REVISION_MAX, TEXT_PATTERN
from reconciler.session_type import Period
from reconciler.session_type.fields import SessionTypeFields


def session_type_schemas() -> dict[str, Any]:
    """Return the JSON Schemas of a session type, of a change to one, and of sample data."""
    whole = SessionTypeFields.model_json_schema(by_alias=True)
    properties = whole["properties"]
    properties["period"]["enum"] = Period.spellings()
    for name in ("name", "description"):
        properties[name]["pattern"] = TEXT_PATTERN
    properties["schema"] |= _mapping()
    changed = {name: {k: v for k, v in form.items() if k != "default"} for name, form in properties.items()}
    return {
        "SessionType": {**whole, "title": "SessionType", "examples": [EXAMPLE]},
        "SessionTypeChange": {
            "title": "SessionTypeChange",
            "description": "The fields to replace, each whole. None: with a source, take ownership only.",
            "type": "object",
            "properties": changed,
            "additionalProperties": False,
            "examples": [{"expiry": 14}],
        },
        "Sample": _sample(),
    }


def _mapping() -> dict[str, Any]:
    keys = {"minLength": 1, "pattern": TEXT_PATTERN}
    return {"type": "object", "propertyNames": keys, "additionalProperties": {"$ref": "#/components/schemas/Sample"}}


def _sample() -> dict[str, Any]:
    return {
        "title": "Sample",
        "description": "Sample data, nested 32 levels deep at most.",
        "anyOf": [
            {"type": "null"},
            {"type": "boolean"},
            {"type": "integer", "minimum": -REVISION_MAX, "maximum": REVISION_MAX},
            {"type": "number"},
            {"type": "string", "pattern": TEXT_PATTERN},
            {"type": "array", "items": {"$ref": "#/components/schemas/Sample"}},
            _mapping(),
        ],
    }
