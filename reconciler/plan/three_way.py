"""Who moved: each difference between git and live, and between applied and live, judged by the third side."""

from __future__ import annotations

from dataclasses import replace

from reconciler.plan.desired import Desired
from reconciler.plan.differences import diff, leaves
from reconciler.plan.model import FieldChange, FieldClass, Missing, Origin, Risk
from reconciler.session_type import SessionType
from reconciler.values import JsonValue, Path, same_value, value_at

_LIFETIME = {"expiry", "period"}


def update_fields(desired: Desired, live: SessionType, applied: SessionType | None) -> tuple[FieldChange, ...]:
    """Return what leads from live to desired, each field with its origin and its place in the manifest."""
    return tuple(
        replace(
            change,
            origin=_origin(change.path, desired.session_type, live, applied),
            location=desired.locate(change.path),
        )
        for change in diff(live, desired.session_type)
    )


def create_fields(desired: Desired, origin: Origin) -> tuple[FieldChange, ...]:
    """Return every field of a session type that is to be created."""
    return tuple(
        FieldChange(
            path, Missing.MISSING, value, FieldClass.FIELD_ADDED, Risk.SAFE, origin, location=desired.locate(path)
        )
        for path, value in leaves(desired.session_type)
    )


def delete_fields(live: SessionType) -> tuple[FieldChange, ...]:
    """Return every field of a session type that is to be deleted, or was."""
    return tuple(
        FieldChange(path, value, Missing.MISSING, FieldClass.FIELD_REMOVED, Risk.DISRUPTIVE)
        for path, value in leaves(live)
    )


def drift_fields(desired: Desired | None, live: SessionType, applied: SessionType) -> tuple[FieldChange, ...]:
    """Return what leads from applied to live: drift, or converged or in conflict where git moved as well."""
    changes = diff(applied, live)
    if desired is None:
        return tuple(replace(change, origin=Origin.DRIFT) for change in changes)
    return tuple(
        replace(
            change,
            origin=_drift_origin(change.path, desired.session_type, live, applied),
            location=desired.locate(change.path),
        )
        for change in changes
    )


def _origin(path: Path, desired: SessionType, live: SessionType, applied: SessionType | None) -> Origin:
    """Judge a difference between desired and live."""
    if applied is None or _agree(path, live, applied):
        return Origin.PENDING
    return Origin.DRIFT if _agree(path, desired, applied) else Origin.CONFLICT


def _drift_origin(path: Path, desired: SessionType, live: SessionType, applied: SessionType) -> Origin:
    """Judge a difference between live and applied."""
    if _agree(path, desired, live):
        return Origin.CONVERGED
    return Origin.DRIFT if _agree(path, desired, applied) else Origin.CONFLICT


def _agree(path: Path, left: SessionType, right: SessionType) -> bool:
    if path[0] in _LIFETIME:
        return left.lifetime.same_as(right.lifetime)
    mine, other = _at(left, path), _at(right, path)
    if isinstance(mine, Missing) or isinstance(other, Missing):
        return mine is other
    return same_value(mine, other)


def _at(session_type: SessionType, path: Path) -> JsonValue | Missing:
    try:
        return value_at(session_type.to_json(), path)
    except KeyError:
        return Missing.MISSING
