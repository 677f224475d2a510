"""Moments in a request's body."""

from __future__ import annotations

from datetime import UTC, datetime

from reconciler.server.problems import InputError, invalid


def moment_in(spelled: str, field: str) -> datetime:
    """Return the moment that a field of the body spells. Raises Refusal."""
    try:
        read = datetime.fromisoformat(spelled)
        at = read.astimezone(UTC) if read.tzinfo else None
    except (ValueError, OverflowError):
        at = None
    if at is None:
        message = f"`{field}` is a time of RFC 3339 with an offset, such as `2027-01-31T12:00:00Z`."
        raise invalid(InputError(f"/{field}", message))
    return at
