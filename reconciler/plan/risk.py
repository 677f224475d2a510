"""What kind of change a field's is, and what it does to people."""

from __future__ import annotations

from reconciler.plan.model import FieldClass, Missing, Risk
from reconciler.session_type import Lifetime
from reconciler.values import JsonObject, JsonValue, Path, canonical_json, json_type, value_at


def lifetime_risk(before: Lifetime, after: Lifetime) -> Risk:
    """Return the risk of a changed lifetime: people are logged out sooner, or not."""
    return Risk.DISRUPTIVE if after.may_be_shorter_than(before) else Risk.SAFE


def classify(
    path: Path,
    old: JsonValue | Missing,
    new: JsonValue | Missing,
    *,
    lifetime: Risk,
    schemas: tuple[JsonObject, JsonObject],
) -> tuple[FieldClass, Risk]:
    """Return class and risk of one difference; `schemas` are those before and after, for what stands in arrays."""
    match path[0]:
        case "name" | "description":
            return FieldClass.DISPLAY, Risk.SAFE
        case "selector":
            return FieldClass.SELECTOR, Risk.BREAKING
        case "expiry" | "period":
            return FieldClass.LIFETIME, lifetime
        case _ if isinstance(path[-1], int):
            return _classify_item(path, old, new, schemas)
        case _:
            return _classify_sample(old, new)


def _classify_sample(old: JsonValue | Missing, new: JsonValue | Missing) -> tuple[FieldClass, Risk]:
    if isinstance(old, Missing):
        return FieldClass.FIELD_ADDED, Risk.SAFE
    if isinstance(new, Missing):
        return FieldClass.FIELD_REMOVED, Risk.BREAKING
    if json_type(old) != json_type(new):
        return FieldClass.TYPE_CHANGED, Risk.BREAKING
    return FieldClass.SAMPLE, Risk.NONE


def _classify_item(
    path: Path, old: JsonValue | Missing, new: JsonValue | Missing, schemas: tuple[JsonObject, JsonObject]
) -> tuple[FieldClass, Risk]:
    """Classify an array's item: one more or one less of a shape that the array has anyway is only another sample."""
    before, after = schemas
    if isinstance(old, Missing) and not isinstance(new, Missing) and _shape(new) in _shapes_around(path, before):
        return FieldClass.SAMPLE, Risk.NONE
    if isinstance(new, Missing) and not isinstance(old, Missing) and _shape(old) in _shapes_around(path, after):
        return FieldClass.SAMPLE, Risk.NONE
    return _classify_sample(old, new)


def _shapes_around(path: Path, schema: JsonObject) -> set[str]:
    array = value_at(schema, path[1:-1])
    return {_shape(item) for item in array} if isinstance(array, list) else set()


def _shape(value: JsonValue) -> str:
    return canonical_json(_typed(value))


def _typed(value: JsonValue) -> JsonValue:
    match value:
        case dict():
            return {key: _typed(item) for key, item in value.items()}
        case list():
            return list[JsonValue](sorted({_shape(item) for item in value}))
        case _:
            return json_type(value)
