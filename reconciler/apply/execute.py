"""The executor: calls in parallel, deletions after everything else, nothing started after a stop.

It stops by itself once the registry has gone away: each of a thousand calls would wait for it as long as the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from queue import SimpleQueue

from reconciler.apply.outcome import Outcome, Status
from reconciler.apply.writes import in_turns, write_of
from reconciler.plan import Change, Plan
from reconciler.port import Create, Delete, Registry, RegistryError, RegistryUnavailable, Source, Update, Write

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


@dataclass
class _Sight:
    """Whether the registry is still there. It is not once as many calls in a row as run at once did not reach it."""

    enough: int
    missed: int = field(default=0, init=False)

    def note(self, outcome: Outcome) -> None:
        self.missed = self.missed + 1 if isinstance(outcome.error, RegistryUnavailable) else 0

    @property
    def is_lost(self) -> bool:
        return self.missed >= self.enough


def execute(plan: Plan, registry: Registry, how: Execution) -> Iterator[Outcome]:
    """Make the plan's calls and yield each outcome as it comes. A failed call does not keep the others back."""
    sight = _Sight(max(2, how.parallelism))
    with ThreadPoolExecutor(max(1, how.parallelism), "apply") as pool:
        for changes in in_turns(plan):
            yield from _in_parallel(pool, changes, lambda change: _carry_out(change, registry, how), how, sight)


def _in_parallel(
    pool: ThreadPoolExecutor,
    changes: Sequence[Change],
    call: Callable[[Change], Outcome],
    how: Execution,
    sight: _Sight,
) -> Iterator[Outcome]:
    waiting = iter(changes)
    running = 0
    # Each call announces itself once, where to wait for any of them would ask them all each time.
    ended: SimpleQueue[Future[Outcome]] = SimpleQueue()
    while True:
        if not how.stopped() and not sight.is_lost:
            for change in islice(waiting, max(1, how.parallelism) - running):
                pool.submit(call, change).add_done_callback(ended.put)
                running += 1
        if not running:
            break
        outcome = ended.get().result()
        sight.note(outcome)
        yield outcome
        running -= 1
    yield from (Outcome(change, Status.NOT_TRIED) for change in waiting)


def _carry_out(change: Change, registry: Registry, how: Execution) -> Outcome:
    if how.stopped():
        return Outcome(change, Status.NOT_TRIED)
    try:
        _call(write_of(change, how.source(change)), registry)
    except RegistryError as error:
        return Outcome(change, Status.FAILED, error)
    return Outcome(change, Status.DONE)


def _call(write: Write, registry: Registry) -> None:
    match write:
        case Create():
            registry.create(write.session_type, write.source)
        case Update():
            registry.update(write.tag, write.fields, revision=write.revision, source=write.source)
        case Delete():
            registry.delete(write.tag, revision=write.revision, source=write.source)
