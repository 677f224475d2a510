"""Plan to document: masks what is sensitive, spells paths, adds when a change is fully in effect."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from reconciler.diagnostics import Location
from reconciler.plan.desired import Desired
from reconciler.plan.diagnosis import location_entry
from reconciler.plan.document import (
    ChangeBody,
    ChangeEntry,
    FieldEntry,
    PlanDocument,
    Provenance,
    RefusalEntry,
)
from reconciler.plan.guard import Refusal
from reconciler.plan.header import Header, empty_document
from reconciler.plan.mask import masked, shadow
from reconciler.plan.model import Action, Change, Drift, FieldChange, FieldClass, Missing, Plan, Risk
from reconciler.session_type import SessionType
from reconciler.values import JsonValue, Path, format_path, rfc3339

if TYPE_CHECKING:
    from reconciler.plan.authorship import Authors
    from reconciler.port import Impact


def to_document(
    plan: Plan,
    header: Header,
    refusals: Iterable[Refusal] = (),
    *,
    with_unchanged: bool = True,
    authors: Authors | None = None,
) -> PlanDocument:
    """Make the document of a plan. Renderers for people do without the unchanged records, which may be many.

    `authors` is who is behind the changes, as far as git tells.
    """
    document = empty_document(header)
    document["target"] |= {"revision": plan.revision, "mark": plan.mark, "exists": plan.registry_exists}
    document["source"] |= {"only": list(plan.selection.only), "skip": list(plan.selection.skip)}
    document["resource_changes"] = _signed(
        (_change_entry(change, header.timestamp) for change in plan.changes), authors
    )
    if with_unchanged:
        document["resource_changes"] += map(_unchanged_entry, plan.unchanged)
    document["resource_drift"] = _signed(map(_drift_entry, plan.drift), authors)
    document["unmanaged"] = list(plan.unmanaged)
    document["foreign"] = [{"name": e.tag, "project": e.project, "wanted": e.wanted} for e in plan.foreign]
    document["out_of_scope"] = list(plan.out_of_scope)
    document["summary"] = _summary(plan)
    document["refusals"] = [refusal_entry(each) for each in refusals]
    document["complete"] = not plan.selection and not plan.out_of_scope
    document["applyable"] = bool(plan.calls)
    document["keeps_applied"] = plan.keeps_applied
    if plan.unreadable:
        document["unreadable"] = [
            {"name": each.tag, "reason": each.reason, "wanted": each.tag in plan.wanted_unreadable}
            for each in plan.unreadable
        ]
    if {Action.CREATE, Action.DELETE} <= {change.action for change in plan.changes}:
        from reconciler.plan.renames import find_renames  # noqa: PLC0415 - in other plans there are none

        document["renames"] = [{"from": each.old, "to": each.new} for each in find_renames(plan.changes)]
    return document


def _signed(entries: Iterable[ChangeEntry], authors: Authors | None) -> list[ChangeEntry]:
    listed = list(entries)
    if not listed:
        return listed
    from reconciler.plan.authorship import Authors, signed  # noqa: PLC0415 - only for a plan with something in it

    return [signed(each, authors or Authors()) for each in listed]


def refusal_entry(refusal: Refusal) -> RefusalEntry:
    """Return a refusal as JSON."""
    return {"guard": refusal.guard.value, "tag": refusal.tag, "reason": refusal.reason, "lifted_by": refusal.lifted_by}


def _summary(plan: Plan) -> dict[str, int]:
    count = plan.count()
    return {
        "create": count[Action.CREATE],
        "update": count[Action.UPDATE],
        "delete": count[Action.DELETE],
        "no_op": len(plan.unchanged) + count[Action.NO_OP],
        "withheld": sum(change.withheld for change in plan.changes),
    }


def _change_entry(change: Change, now: datetime) -> ChangeEntry:
    action = Action.NO_OP if change.withheld else change.action
    body = _body(action, change.before, change.after, change.sensitive)
    entry = _entry(change.tag, body, change.fields, change.sensitive, change.location)
    _reach(entry, change.impact)
    entry["risk"] = change.risk.value
    entry["precondition"] = {"revision": change.revision}
    entry["fully_effective_at"] = _fully_effective_at(change, now)
    entry["ownership"] = change.ownership.value
    entry["owner"] = change.owner
    entry["manifest"] = change.file
    entry["protected"] = change.protected
    entry["unguarded"] = change.unguarded
    if change.unguarded_because:
        entry["unguarded_because"] = change.unguarded_because
    entry["records_ownership"] = change.records_ownership
    if change.action is Action.DELETE:
        entry["action_reason"] = "delete_withheld" if change.withheld else "delete_because_no_manifest"
    return entry


def _unchanged_entry(desired: Desired) -> ChangeEntry:
    spec, sensitive = desired.session_type, desired.lifecycle.sensitive
    return _entry(spec.tag, _body(Action.NO_OP, spec, spec, sensitive), (), sensitive, desired.location)


def _drift_entry(drift: Drift) -> ChangeEntry:
    action = Action.UPDATE if drift.live else Action.DELETE
    body = _body(action, drift.applied, drift.live, drift.sensitive)
    entry = _entry(drift.tag, body, drift.fields, drift.sensitive, drift.location)
    _reach(entry, drift.impact)
    entry["risk"] = Risk.worst([field.risk for field in drift.fields]).value
    entry["precondition"] = {"revision": drift.revision}
    entry["changed_by"] = {"actor": drift.by or None, "at": rfc3339(drift.at) if drift.at else None}
    if drift.two_way:
        entry["compared_with"] = "manifest"
    return entry


def _entry(
    tag: str, body: ChangeBody, fields: Iterable[FieldChange], sensitive: tuple[Path, ...], location: Location | None
) -> ChangeEntry:
    return {
        "address": f"session_type.{tag}",
        "mode": "managed",
        "type": "session_type",
        "name": tag,
        "provider_name": "reconciler",
        "change": body,
        "fields": [_field_entry(field, sensitive) for field in fields],
        "risk": Risk.NONE.value,
        "live_sessions": None,
        "live_users": None,
        "fully_effective_at": None,
        "precondition": {"revision": None},
        "provenance": _provenance(location),
        "sensitive_paths": [format_path(path) for path in sensitive],
    }


def _reach(entry: ChangeEntry, impact: Impact | None) -> None:
    """Enter the live numbers. What is not known stays null, which is not 0."""
    if impact:
        entry["live_sessions"], entry["live_users"] = impact.live_sessions, impact.live_users


def _body(
    action: Action, before: SessionType | None, after: SessionType | None, sensitive: tuple[Path, ...]
) -> ChangeBody:
    old, new = (side.to_json() if side else None for side in (before, after))
    return {
        "actions": [action.value],
        "before": masked(old, (), sensitive),
        "after": masked(new, (), sensitive),
        "after_unknown": {},
        "before_sensitive": shadow(old, sensitive),
        "after_sensitive": shadow(new, sensitive),
    }


def _field_entry(field: FieldChange, sensitive: tuple[Path, ...]) -> FieldEntry:
    return {
        "path": format_path(field.path),
        "before": _side(field.before, field.path, sensitive),
        "after": _side(field.after, field.path, sensitive),
        "class": field.kind.value,
        "origin": field.origin.value,
        "risk": field.risk.value,
        "sensitive": any(field.path[: len(path)] == path for path in sensitive),
        "location": location_entry(field.location),
    }


def _side(value: JsonValue | Missing, at: Path, sensitive: tuple[Path, ...]) -> JsonValue:
    return None if isinstance(value, Missing) else masked(value, at, sensitive)


def _fully_effective_at(change: Change, now: datetime) -> str | None:
    """Return when the last session of the old kind is over; None where a change is nothing to sessions."""
    matters = any(field.kind not in {FieldClass.DISPLAY, FieldClass.SAMPLE} for field in change.fields)
    if change.before is None or change.withheld or not matters:
        return None
    ends = change.before.lifetime.after(now)
    return rfc3339(ends) if ends else None


def _provenance(location: Location | None) -> Provenance | None:
    return {"file": location.file, "line": location.line, "commit": None, "author": None} if location else None
