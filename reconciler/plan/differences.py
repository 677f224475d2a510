"""The difference of two session types, field by field and, inside `schema`, path by path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from reconciler.plan.mask import value_paths
from reconciler.plan.model import FieldChange, Missing
from reconciler.plan.risk import classify, lifetime_risk
from reconciler.session_type import SessionType
from reconciler.values import JsonObject, JsonValue, Path, canonical_value, format_path, same_value

Difference: TypeAlias = "tuple[Path, JsonValue | Missing, JsonValue | Missing]"


def diff(before: SessionType, after: SessionType) -> tuple[FieldChange, ...]:
    """Return what leads from `before` to `after`, in the order of the fields; empty for the same session type."""
    lifetime = lifetime_risk(before.lifetime, after.lifetime)
    schemas = (before.schema, after.schema)
    return tuple(
        FieldChange(path, old, new, *classify(path, old, new, lifetime=lifetime, schemas=schemas))
        for path, old, new in _differences(before, after)
    )


def leaves(session_type: SessionType) -> Iterator[tuple[Path, JsonValue]]:
    """Yield every field that people see when a session type comes into being or goes: the tag is its name already."""
    for name, value in session_type.to_json().items():
        if name == "schema":
            yield from value_paths(("schema",), value)
        elif name != "tag" and value != "":
            yield (name,), value


def sample_paths(*session_types: SessionType | None) -> tuple[Path, ...]:
    """Return the paths of all that a manifest could call sensitive: what to mask where there is none to say it."""
    possible = {"schema", "description"}
    found = (
        path for each in session_types if each for path, value in leaves(each) if path[0] in possible and value != ""
    )
    return tuple(dict.fromkeys(found))


def _differences(before: SessionType, after: SessionType) -> Iterator[Difference]:
    old, new = before.to_json(), after.to_json()
    lifetime_fields = () if before.lifetime.same_as(after.lifetime) else ("expiry", "period")
    for name in ("name", "description", "selector", *lifetime_fields):
        if old[name] != new[name]:
            yield (name,), old[name], new[name]
    if not same_value(before.schema, after.schema):
        yield from schema_differences(before.schema, after.schema)


def schema_differences(before: JsonObject, after: JsonObject) -> list[Difference]:
    """Return what leads from one schema to another, sorted by path; a side that has no value is Missing."""
    return sorted(_differing_paths(before, after), key=lambda each: format_path(each[0]))


def _differing_paths(before: JsonObject, after: JsonObject) -> Iterator[Difference]:
    # 90 ms to import, and most runs have nothing to compare.
    from deepdiff import DeepDiff  # noqa: PLC0415
    from deepdiff.helper import NotPresent  # noqa: PLC0415

    found = DeepDiff(
        canonical_value(before),
        canonical_value(after),
        view="tree",
        zip_ordered_iterables=True,  # an array is compared place by place
        threshold_to_diff_deeper=0,  # however different two objects are, their fields are named
        ignore_private_variables=False,  # a key may begin with two underscores
    )
    for group in found.values():
        for level in group:
            old, new = (Missing.MISSING if isinstance(side, NotPresent) else side for side in (level.t1, level.t2))
            yield ("schema", *level.path(output_format="list")), old, new
