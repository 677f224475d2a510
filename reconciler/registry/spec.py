"""What a write does to a session type: fields merged into it, and the difference that this makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from reconciler.port import InvalidSessionType, RegistryRejected
from reconciler.session_type import FIELDS, SessionType, check
from reconciler.values import JsonObject, JsonValue, same_value

Changes: TypeAlias = Mapping[str, tuple[JsonValue, JsonValue]]


def merge(present: SessionType, fields: Mapping[str, JsonValue]) -> SessionType:
    """Return `present` with each of `fields` replaced whole.

    Raises InvalidSessionType, with every problem named, where that is no valid session type, and RegistryRejected where
    it would have another tag.
    """
    tag = present.tag
    if fields.get("tag", tag) != tag:
        raise RegistryRejected(
            f"The tag of `{tag}` can't be changed: it is the session type's identity",
            hint="Create a session type with the new tag, and delete this one.",
            tag=tag,
        )
    checked = check({**present.to_json(), **fields})
    if checked.session_type is None:
        details = "; ".join(problem.detail.rstrip(".") for problem in checked.problems)
        hints = " ".join(problem.hint for problem in checked.problems if problem.hint)
        raise InvalidSessionType(
            f"`{tag}` would not be valid: {details}", hint=hints, tag=tag, problems=checked.problems
        )
    return checked.session_type


def field_changes(before: SessionType | None, after: SessionType | None) -> Changes:
    """Return the top-level fields whose values differ in canonical form, each with both; None stands for no value."""
    old, new = _fields(before), _fields(after)
    pairs = {field: (old.get(field), new.get(field)) for field in FIELDS}
    return {
        field: pair for field, pair in pairs.items() if (before is None) != (after is None) or not same_value(*pair)
    }


def _fields(session_type: SessionType | None) -> JsonObject:
    return {} if session_type is None else session_type.to_json()
