"""How many people a plan reaches: which of its changes that is asked of, and the answers put into it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconciler import port
from reconciler.plan.document import ChangeEntry
from reconciler.plan.model import Action, Plan


def reached_tags(plan: Plan) -> tuple[str, ...]:
    """Return the tags of the session types that may have sessions and are to be changed or deleted."""
    reaching = {Action.UPDATE, Action.DELETE}
    return tuple(change.tag for change in plan.changes if change.action in reaching and not change.withheld)


def with_impacts(plan: Plan, impacts: Mapping[str, port.Impact]) -> Plan:
    """Return the plan with what the registry says of the live sessions of its session types."""
    reached = {tag: impacts[tag] for tag in reached_tags(plan) if tag in impacts}
    if not reached:
        return plan
    return replace(
        plan,
        changes=tuple(replace(change, impact=reached.get(change.tag)) for change in plan.changes),
        drift=tuple(replace(drift, impact=reached.get(drift.tag)) for drift in plan.drift),
    )


def reaching_now(entries: Iterable[ChangeEntry], plan: Plan) -> list[ChangeEntry]:
    """Return a saved plan's entries with the live numbers of today, which `plan` has, in place of those of then."""
    impacts = {change.tag: change.impact or port.Impact() for change in plan.changes}
    return [_reaching(entry, impacts.get(entry["name"], port.Impact())) for entry in entries]


def _reaching(entry: ChangeEntry, impact: port.Impact) -> ChangeEntry:
    return {**entry, "live_sessions": impact.live_sessions, "live_users": impact.live_users}
