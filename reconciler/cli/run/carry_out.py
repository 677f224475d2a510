"""Carrying out a plan from the command line: outcomes as they come, Ctrl-C, and the exit code."""

from __future__ import annotations

import getpass
import os
import platform
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace
from types import FrameType

from reconciler.apply import Execution, Outcome, Status, Tally, execute, execute_atomically
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.output.console import Console, Voice
from reconciler.cli.output.progress import progress
from reconciler.cli.run.inputs import Run
from reconciler.cli.run.planning import Planned
from reconciler.registry import open_registry
from reconciler.render import render_apply_summary, render_outcome


@dataclass(frozen=True, slots=True)
class Manner:
    """How the calls are made: so many at once, or `atomic`, all as one. `voice` says what becomes of each."""

    parallelism: int
    atomic: bool
    voice: Voice


def carry_out(run: Run, planned: Planned, console: Console, manner: Manner) -> Tally:
    """Make the plan's calls and say what becomes of each."""
    outcomes: list[Outcome] = []
    with (
        open_registry(
            run.registry,
            product=run.product,
            root=run.project.root,
            actor=_actor(),
            token=run.token,
            ledger=run.ledger,
        ) as registry,
        _stopped_by_ctrl_c(console) as stopped,
        progress(len(planned.plan.calls), shown=console.shows_progress, no_color=console.no_color) as step,
    ):
        how = Execution(
            run.owner, planned.header.recorded_commit, planned.digest, parallelism=manner.parallelism, stopped=stopped
        )
        carried_out = execute_atomically if manner.atomic else execute
        console.keep_secret(planned.plan.secrets())
        for outcome in (_guarded(each, console) for each in carried_out(planned.plan, registry, how)):
            outcomes.append(outcome)
            with step():
                if outcome.status is not Status.NOT_TRIED:
                    manner.voice.say(render_outcome(outcome, manner.voice.paint))
    tally = Tally.of(outcomes)
    manner.voice.say("\n" + render_apply_summary(tally, manner.voice.paint))
    return tally


def _guarded(outcome: Outcome, console: Console) -> Outcome:
    """Return an outcome whose error repeats nothing sensitive: a registry may quote what it refuses."""
    if outcome.error is None:
        return outcome
    error = copy(outcome.error)
    error.message, error.hint = console.guarded(error.message), console.guarded(error.hint)
    return replace(outcome, error=error)


def exit_code(tally: Tally, *, atomic: bool = False) -> ExitCode:
    """Return what an apply came to. What is `atomic` is not tried in part: one lost race is all there is to tell."""
    if tally.is_complete:
        return ExitCode.OK
    if tally.lost_races_only and (atomic or not tally.having(Status.NOT_TRIED)):
        return ExitCode.STALE
    if tally.having(Status.DONE):
        return ExitCode.PARTIAL
    return ExitCode.UNREACHABLE if tally.registry_refused_all else ExitCode.ERROR


@contextmanager
def _stopped_by_ctrl_c(console: Console) -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C (or the job runner's SIGTERM) end the run after the calls in flight; a second one kills."""
    stop = threading.Event()
    signals = (signal.SIGINT, signal.SIGTERM)

    def on_signal(number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)  # Python's own handler would wait for the calls in flight
        console.err("Stopping after the calls in flight…")

    previous = {number: signal.getsignal(number) for number in signals}
    if threading.current_thread() is threading.main_thread():
        for number in signals:
            signal.signal(number, on_signal)
    try:
        yield stop.is_set
    finally:
        if threading.current_thread() is threading.main_thread():
            for number in signals:
                signal.signal(number, previous[number])


def _actor() -> str:
    """Return who writes, as an embedded registry's history names it; `RECONCILER_ACTOR` says otherwise, for CI."""
    named = os.environ.get("RECONCILER_ACTOR")
    if named:
        return named
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return f"{user}@{platform.node()}"
