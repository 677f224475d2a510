"""A change as the write that it asks of a registry, and the order in which writes go."""

from __future__ import annotations

from reconciler.plan import Action, Change, Plan
from reconciler.port import Create, Delete, Source, Update, Write


def in_turns(plan: Plan) -> tuple[list[Change], list[Change]]:
    """Return a plan's calls: deletions apart, because they come after everything else."""
    others = [change for change in plan.calls if change.action is not Action.DELETE]
    deletions = [change for change in plan.calls if change.action is Action.DELETE]
    return others, deletions


def write_of(change: Change, source: Source) -> Write:
    """Return the write that a change asks for."""
    match change:
        case Change(action=Action.CREATE, after=after) if after is not None:
            return Create(after, source)
        case Change(action=Action.UPDATE, revision=int() as revision):
            return Update(change.tag, change.payload(), revision, source)
        case Change(action=Action.NO_OP, before=before, revision=int() as revision) if before is not None:
            return Update(change.tag, {}, revision, source)
        case Change(revision=int() as revision):
            return Delete(change.tag, revision, source)
        case _:
            raise AssertionError(f"a plan has no such change: {change}")
