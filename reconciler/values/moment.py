"""Moments, in the one spelling that people and programs get to see."""

from __future__ import annotations

from datetime import UTC, datetime


def rfc3339(moment: datetime) -> str:
    """Spell an aware moment in UTC, to the second: `2026-11-24T09:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def exact_rfc3339(moment: datetime | None) -> str | None:
    """Spell an aware moment in UTC, always with microseconds, for programs that read it back; None stays None."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
