"""JSON values: their type, the one form in which they are compared, and the paths into them."""

from reconciler.values.canonical import canonical_json, canonical_value, same_value, sorted_json
from reconciler.values.json_value import JsonObject, JsonValue, json_type
from reconciler.values.moment import exact_rfc3339, rfc3339
from reconciler.values.path import Path, format_path, json_pointer, parse_path, removed_at, set_at, value_at

__all__ = [
    "JsonObject",
    "JsonValue",
    "Path",
    "canonical_json",
    "canonical_value",
    "exact_rfc3339",
    "format_path",
    "json_pointer",
    "json_type",
    "parse_path",
    "removed_at",
    "rfc3339",
    "same_value",
    "set_at",
    "sorted_json",
    "value_at",
]
