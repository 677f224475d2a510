"""A saved plan, read back: the same document, trusted only with its digest intact, and checked against the registry.

All of it is checked before the first write.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import cast

from reconciler.errors import ReconcilerError
from reconciler.plan.desired import Desired
from reconciler.plan.document import FORMAT_VERSION, ChangeEntry, FieldEntry, PlanDocument, digest_of
from reconciler.plan.model import Action, Change, FieldChange, FieldClass, Missing, Origin, Ownership, Plan, Risk
from reconciler.plan.selection import Selection
from reconciler.port import HistoryEntry, Record, Snapshot, Unreadable
from reconciler.session_type import SessionType
from reconciler.values import JsonObject, JsonValue, Path, parse_path, rfc3339, set_at, value_at


class UnusablePlan(ReconcilerError):
    """The file is no plan, another version's, an altered one, or was made for somewhere else."""


class StalePlan(ReconcilerError):
    """The registry moved since the plan was made. Nothing was written."""


def read_plan(text: str, file: str) -> PlanDocument:
    """Read a saved plan's text. Raises UnusablePlan."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise UnusablePlan(
            f"{file} is not a plan: it is not JSON", hint="Make one with `reconciler plan --out FILE`."
        ) from None
    version = document.get("format_version") if isinstance(document, dict) else None
    if version != FORMAT_VERSION:
        found = f"format_version is {version!r}" if version else "it has no format_version"
        raise UnusablePlan(
            f"{file} is not a plan that this reconciler reads: {found}, not {FORMAT_VERSION!r}",
            hint="Make the plan anew with this version.",
        )
    plan = cast("PlanDocument", document)
    if "diagnostics" in plan:
        raise UnusablePlan(f"{file} tells of a run that failed: it holds no plan", hint="Make the plan anew.")
    if plan.get("digest") != digest_of(plan):
        raise UnusablePlan(f"{file} was altered after it was made: its digest does not fit", hint="Make the plan anew.")
    return plan


def plan_of(document: PlanDocument) -> Plan:
    """Return the plan that a document describes: what needs a call, with the preconditions. Raises UnusablePlan."""
    source = document["source"]
    try:
        return Plan(
            changes=tuple(_change(entry) for entry in document["resource_changes"] if _matters(entry)),
            selection=Selection(tuple(source["only"]), tuple(source["skip"])),
            revision=document["target"]["revision"],
            mark=document["target"]["mark"],
            unreadable=tuple(Unreadable(each["name"], each["reason"]) for each in document.get("unreadable", ())),
            wanted_unreadable=frozenset(each["name"] for each in document.get("unreadable", ()) if each["wanted"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnusablePlan(f"The plan file lacks something: {error!r}", hint="Make the plan anew.") from error


def check_fresh(plan: Plan, digest: str, snapshot: Snapshot, since: Iterable[HistoryEntry]) -> None:
    """Make sure that nothing of the plan moved, and that it was not applied before. Raises StalePlan.

    `since` is the registry's history from the plan's revision on.
    """
    for entry in since:
        if entry.revision == plan.revision and plan.mark and entry.mark != plan.mark:
            raise StalePlan(
                f"Revision {plan.revision} of the registry is not the one that the plan was made from: a backup was "
                "restored",
                hint="Make a new plan.",
            )
        if entry.source and entry.source.plan == digest:
            raise StalePlan(
                f"This plan was applied already, by {entry.actor} at {rfc3339(entry.at)}",
                hint="Make a new plan.",
            )
    records = {record.tag: record for record in snapshot.records}
    moved = [line for change in plan.changes if (line := _moved(change, records.get(change.tag)))]
    if moved:
        raise StalePlan(f"The registry moved since the plan was made: {'; '.join(moved)}", hint="Make a new plan.")


def with_sensitive_values(plan: Plan, desired: Mapping[str, Desired], snapshot: Snapshot) -> Plan:
    """Return the plan with the sensitive values, which a saved plan never holds, taken from the manifests.

    Raises UnusablePlan where a manifest is not there.
    """
    live = {record.tag: record.spec for record in snapshot.records}
    changes = (_with_sensitive(change, desired.get(change.tag), live.get(change.tag)) for change in plan.changes)
    return replace(plan, changes=tuple(changes))


def _with_sensitive(change: Change, desired: Desired | None, live: SessionType | None) -> Change:
    if change.after is None or not change.sensitive:
        return change
    if desired is None:
        raise UnusablePlan(
            f"The plan holds no sensitive values, and the manifest of `{change.tag}` that has them is not there",
            hint="Run apply where the manifests are.",
        )
    wanted = (desired.ignoring(live) if live else desired).session_type.to_json()
    spec: JsonValue = change.after.to_json()
    for path in sorted(change.sensitive, key=len):
        for at in (path[:length] for length in range(len(path), 0, -1)):
            # Where the path leads through a plain value, the mask stands there.
            found = _plain_at(wanted, at) if at != path else _value_at(wanted, at)
            if not isinstance(found, Missing):
                spec = set_at(spec, at, found)
                break
    return replace(change, after=SessionType.from_json(cast("JsonObject", spec)))


def _value_at(value: JsonValue, path: Path) -> JsonValue | Missing:
    try:
        return value_at(value, path)
    except KeyError:
        return Missing.MISSING


def _plain_at(value: JsonValue, path: Path) -> JsonValue | Missing:
    found = _value_at(value, path)
    return Missing.MISSING if isinstance(found, (dict, list)) else found


def _moved(change: Change, record: Record | None) -> str:
    if (record.revision if record else None) == change.revision:
        return ""
    if record is None:
        return f"`{change.tag}` is gone"
    what = "was deleted" if record.spec is None else "was created" if change.revision is None else "was changed"
    who = f" by {record.updated_by}" if record.updated_by else ""
    return f"`{change.tag}` {what}{who}" + (f" at {rfc3339(record.updated_at)}" if record.updated_at else "")


def _matters(entry: ChangeEntry) -> bool:
    return entry["change"]["actions"] != [Action.NO_OP.value] or entry.get("records_ownership", False)


def _change(entry: ChangeEntry) -> Change:
    before, after = entry["change"]["before"], entry["change"]["after"]
    return Change(
        tag=entry["name"],
        action=Action(entry["change"]["actions"][0]),
        before=SessionType.from_json(cast("JsonObject", before)) if before else None,
        after=SessionType.from_json(cast("JsonObject", after)) if after else None,
        fields=tuple(_field(field) for field in entry["fields"]),
        revision=entry["precondition"]["revision"],
        ownership=Ownership(entry["ownership"]),
        owner=entry["owner"],
        file=entry["manifest"],
        protected=entry["protected"],
        unguarded=entry.get("unguarded", False),
        unguarded_because=entry.get("unguarded_because"),
        records_ownership=entry["records_ownership"],
        sensitive=tuple(path for spelled in entry["sensitive_paths"] if (path := parse_path(spelled))),
    )


def _field(entry: FieldEntry) -> FieldChange:
    return FieldChange(
        path=parse_path(entry["path"]) or (),
        before=entry["before"],
        after=entry["after"],
        kind=FieldClass(entry["class"]),
        risk=Risk(entry["risk"]),
        origin=Origin(entry["origin"]),
    )
