"""What kind of change a field's is, and what it does to people."""

from __future__ import annotations

from reconciler.plan.model import FieldClass, Missing, Risk
from reconciler.session_type import Lifetime
from reconciler.values import JsonObject, JsonValue, Path, json_type, value_at


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
    """Classify an array's item by what the check of a session's data makes of it.

    An item of data may fit any of the sample's items, so their order and number are nothing. A sample without items
    says nothing about items: to say something of them narrows it.
    """
    before, after = (_items(value_at(schema, path[1:-1])) for schema in schemas)
    kind, _ = _classify_sample(old, new)
    olds = _sides(old, before)
    if not all(_may_be(each, after, lacking=True) for each in olds):
        return kind, Risk.BREAKING
    if all(_may_be(each, after) for each in olds) and all(_may_be(each, before) for each in _sides(new, after)):
        return FieldClass.SAMPLE, Risk.NONE
    return kind, Risk.SAFE


def _sides(item: JsonValue | Missing, samples: list[JsonValue]) -> list[JsonValue]:
    """Return what one side says of an item: nothing where it has none, unless it says that anything fits."""
    if isinstance(item, Missing):
        return [None] if samples == [None] else []
    return [item]


def _items(array: JsonValue) -> list[JsonValue]:
    """Return the samples of an array's items; null, which anything fits, where there are none."""
    return array if isinstance(array, list) and array else [None]


def _may_be(value: JsonValue, samples: list[JsonValue], *, lacking: bool = False) -> bool:
    return any(_fits(value, sample, lacking=lacking) for sample in samples)


def _fits(value: JsonValue, sample: JsonValue, *, lacking: bool) -> bool:
    """Tell whether all data that fits one sample, `value`, fits another; `lacking` fields, where that is said."""
    match value, sample:
        case _, None:
            return True
        case dict(), dict():
            same = value.keys() <= sample.keys() if lacking else value.keys() == sample.keys()
            return same and all(_fits(value[key], sample[key], lacking=lacking) for key in value)
        case list(), list():
            return all(_may_be(item, _items(sample), lacking=lacking) for item in _items(value))
        case _:
            return json_type(value) == json_type(sample)
