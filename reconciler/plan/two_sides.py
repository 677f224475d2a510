"""Drift on a registry that keeps no applied specs: live against the manifests, since nothing else is known."""

from __future__ import annotations

from dataclasses import replace

from reconciler.plan.differences import diff
from reconciler.plan.model import Change, Drift, FieldChange, Plan
from reconciler.plan.three_way import delete_fields
from reconciler.session_type import SessionType


def two_way(plan: Plan) -> Plan:
    """Return the plan with every difference told as drift, from the manifest to live.

    Whether it is drift or a change that was not applied yet can't be told here; a reader is told so, and the origin of
    a field stays what it is in every plan on such a registry.
    """
    found = (_drift(change, change.after) for change in plan.changes if change.after is not None)
    return replace(plan, drift=tuple(drift for drift in found if drift.fields))


def _drift(change: Change, wanted: SessionType) -> Drift:
    places = {field.path: field.location for field in change.fields}
    return Drift(
        tag=change.tag,
        applied=wanted,
        live=change.before,
        fields=tuple(replace(field, location=places.get(field.path)) for field in _fields(wanted, change.before)),
        by="",
        at=None,
        revision=change.revision,
        location=change.location,
        sensitive=change.sensitive,
        two_way=True,
    )


def _fields(wanted: SessionType, live: SessionType | None) -> tuple[FieldChange, ...]:
    return tuple(diff(wanted, live)) if live else delete_fields(wanted)
