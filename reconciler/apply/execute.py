"""The executor: calls in parallel, deletions after everything else, nothing started after a stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice

from reconciler.apply.outcome import Outcome, Status
from reconciler.plan import Action, Change, Plan
from reconciler.port import Registry, RegistryError, Source

PARALLELISM = 16


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Execution:
    """How a plan is carried out: for which project, from which commit and saved plan, how many calls at once.

    `stopped` is asked before each call; once it says so, the calls in flight end and no other begins.
    """

    project: str
    commit: str | None = None
    plan_digest: str | None = None
    parallelism: int = PARALLELISM
    stopped: Callable[[], bool] = _never

    def source(self, change: Change) -> Source:
        """Return what a call tells the registry of its origin."""
        return Source(self.project, change.file, self.commit, self.plan_digest)


def execute(plan: Plan, registry: Registry, how: Execution) -> Iterator[Outcome]:
    """Make the plan's calls and yield each outcome as it comes. A failed call does not keep the others back."""
    others = [change for change in plan.calls if change.action is not Action.DELETE]
    deletions = [change for change in plan.calls if change.action is Action.DELETE]
    with ThreadPoolExecutor(max(1, how.parallelism), "apply") as pool:
        for changes in (others, deletions):
            yield from _in_parallel(pool, changes, registry, how)


def _in_parallel(
    pool: ThreadPoolExecutor, changes: Sequence[Change], registry: Registry, how: Execution
) -> Iterator[Outcome]:
    waiting = iter(changes)
    running: set[Future[Outcome]] = set()
    while True:
        if not how.stopped():
            free = max(1, how.parallelism) - len(running)
            running |= {pool.submit(_carry_out, change, registry, how) for change in islice(waiting, free)}
        if not running:
            break
        ended, running = wait(running, return_when=FIRST_COMPLETED)
        yield from (future.result() for future in ended)
    yield from (Outcome(change, Status.NOT_TRIED) for change in waiting)


def _carry_out(change: Change, registry: Registry, how: Execution) -> Outcome:
    if how.stopped():
        return Outcome(change, Status.NOT_TRIED)
    try:
        _call(change, registry, how.source(change))
    except RegistryError as error:
        return Outcome(change, Status.FAILED, error)
    return Outcome(change, Status.DONE)


def _call(change: Change, registry: Registry, source: Source) -> None:
    match change:
        case Change(action=Action.CREATE, after=after) if after is not None:
            registry.create(after, source)
        case Change(action=Action.UPDATE, revision=int() as revision):
            registry.update(change.tag, change.payload(), revision=revision, source=source)
        case Change(action=Action.NO_OP, before=before, revision=int() as revision) if before is not None:
            registry.update(change.tag, {}, revision=revision, source=source)
        case Change(revision=int() as revision):
            registry.delete(change.tag, revision=revision, source=source)
        case _:
            raise AssertionError(f"a plan has no such change: {change}")
