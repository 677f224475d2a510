"""The line in which apply ends. It is an interface: people grep it."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.render.entries import ACTIONS


def apply_verdict(done: Mapping[str, int], *, complete: bool) -> str:
    """Return the line that people grep; `done` counts the calls that were carried out, by action."""
    verdict = "Apply complete!" if complete else "Apply incomplete."
    created, updated, deleted = (done.get(action, 0) for action in ACTIONS)
    return f"{verdict} Session types: {created} created, {updated} updated, {deleted} deleted."
