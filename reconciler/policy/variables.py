"""The variables that a rule reads. Sensitive values are masked before it sees them: its messages go everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.plan import ChangeEntry, Desired, masked
from reconciler.session_type import Lifetime, Period
from reconciler.values import JsonValue, format_path


def manifest_variables(desired: Desired, target: str | None) -> dict[str, JsonValue]:
    """Return what a rule on a manifest reads."""
    lifecycle = desired.lifecycle
    spec = masked(desired.session_type.to_json(), (), lifecycle.sensitive)
    rules: dict[str, JsonValue] = {
        "prevent_destroy": lifecycle.prevent_destroy,
        "ignore_changes": [format_path(path) for path in lifecycle.ignore_changes],
        "sensitive": [format_path(path) for path in lifecycle.sensitive],
    }
    manifest = {**spec, "lifecycle": rules} if isinstance(spec, dict) else spec
    lifetime = desired.session_type.lifetime.longest_seconds
    return {"manifest": manifest, "target": target, "lifetime_seconds": lifetime}


def planned_manifest_variables(entry: ChangeEntry, target: str | None) -> dict[str, JsonValue]:
    """Return what a rule on a manifest reads of a saved plan, which does not know the manifest's lifecycle."""
    after = entry["change"]["after"]
    return {"manifest": after, "target": target, "lifetime_seconds": _seconds(after)}


def change_variables(entry: ChangeEntry, target: str | None) -> dict[str, JsonValue]:
    """Return what a rule on a change reads. `change` is the document's entry, with `actions` at hand."""
    body: Mapping[str, Any] = entry["change"]
    change: dict[str, Any] = {**entry, "actions": body["actions"]}
    return {
        "change": change,
        "before": body["before"],
        "after": body["after"],
        "target": target,
        "lifetime_seconds": _seconds(body["after"]),
        "lifetime_seconds_before": _seconds(body["before"]),
    }


def _seconds(spec: JsonValue) -> int | None:
    match spec:
        case {"expiry": int() as expiry, "period": str() as period}:
            return Lifetime(expiry, Period(period)).longest_seconds
        case _:
            return None
