"""All of a plan's calls as one changeset: the registry carries out every one of them, or none."""

from __future__ import annotations

from reconciler.apply.execute import Execution
from reconciler.apply.outcome import Outcome, Status
from reconciler.apply.writes import in_turns, write_of
from reconciler.plan import Change, Plan
from reconciler.port import ChangesetRegistry, RegistryError


def execute_atomically(plan: Plan, registry: ChangesetRegistry, how: Execution) -> tuple[Outcome, ...]:
    """Make the plan's calls as one. The outcomes are all done; or one failed, with the error, and the others not tried.

    Where the registry does not say which call it refused, all of them failed.
    """
    others, deletions = in_turns(plan)
    calls = others + deletions
    if not calls or how.stopped():
        return tuple(Outcome(change, Status.NOT_TRIED) for change in calls)
    try:
        registry.commit([write_of(change, how.source(change)) for change in calls])
    except RegistryError as error:
        return _none_done(calls, error)
    return tuple(Outcome(change, Status.DONE) for change in calls)


def _none_done(calls: list[Change], error: RegistryError) -> tuple[Outcome, ...]:
    if not any(change.tag == error.tag for change in calls):
        return tuple(Outcome(change, Status.FAILED, error) for change in calls)
    return tuple(
        Outcome(change, Status.FAILED, error) if change.tag == error.tag else Outcome(change, Status.NOT_TRIED)
        for change in calls
    )
