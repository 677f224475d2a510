"""How much one run may change: what a target says of it, before there is a plan to hold against it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How many changes of a kind one run may make; None means any number.

    `max_live_sessions` counts the live sessions of what is changed in a breaking or disruptive way, or deleted.
    """

    max_delete: int | None = None
    max_update: int | None = None
    max_breaking: int | None = None
    max_live_sessions: int | None = None
