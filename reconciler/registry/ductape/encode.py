"""Session types as the platform's own clients send them: in its enumeration's spelling and its form's order."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.session_type import Period, SessionType
from reconciler.values import JsonObject, JsonValue

_ORDER = ("name", "tag", "description", "selector", "schema", "expiry", "period")
_PERIODS = {Period.SECONDS.value: "secs", Period.MINUTES.value: "mins"}


def created(session_type: SessionType) -> JsonObject:
    """Return the payload that creates a session type."""
    return _ordered(session_type.to_json())


def patched(fields: Mapping[str, JsonValue], after: SessionType) -> JsonObject:
    """Return the payload that changes some fields. The platform merges it, so a lifetime goes with both its parts."""
    patch = {name: value for name, value in fields.items() if name != "tag"}
    if patch.keys() & {"expiry", "period"}:
        patch |= {"expiry": after.expiry, "period": after.period.value}
    return _ordered(patch)


def _ordered(fields: Mapping[str, JsonValue]) -> JsonObject:
    ordered = {name: fields[name] for name in _ORDER if name in fields}
    if "period" in ordered:
        ordered["period"] = _PERIODS.get(str(ordered["period"]), ordered["period"])
    return ordered
