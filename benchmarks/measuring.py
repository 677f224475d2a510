"""Commands, run in alternation: the time, the processor time and the memory that their whole processes take."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

# A small process between this one and what is measured, because a process counts the memory of its parent as well.
_RUNNER = """
import os, sys, time
silent = os.open(os.devnull, os.O_WRONLY)
began = time.perf_counter()
process = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, silent, 1)])
_, status, used = os.wait4(process, 0)
wall = time.perf_counter() - began
print([os.waitstatus_to_exitcode(status), wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024])
"""


class CommandFailed(Exception):
    """A command that is measured ended with an exit code that it must not end with."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a command took: one run of it, or the medians of several, with the most memory of any."""

    seconds: float
    cpu_seconds: float
    peak_mb: float


@dataclass(frozen=True)
class Command:
    """A command line, the environment that it runs in, what comes before each run, and which exit codes are fine."""

    arguments: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], object] = lambda: None
    codes: Collection[int] = (0,)

    def run(self) -> Usage:
        """Run it once."""
        self.before()
        line = [sys.executable, "-S", "-c", _RUNNER, *self.arguments]
        done = subprocess.run(line, env=self.environment, capture_output=True, check=True)  # noqa: S603 - our own
        code, *used = json.loads(done.stdout)
        if code not in self.codes:
            raise CommandFailed(f"{self.arguments} ended with {code}: {done.stderr.decode()}")
        return Usage(*used)


@dataclass(frozen=True, slots=True)
class Alternated:
    """The runs of several commands, taken in turns, so that a busy minute slows all of them down."""

    runs: Mapping[str, list[Usage]]

    def median(self, name: str) -> Usage:
        """Return the medians of one command."""
        runs = self.runs[name]
        return Usage(
            statistics.median(run.seconds for run in runs),
            statistics.median(run.cpu_seconds for run in runs),
            max(run.peak_mb for run in runs),
        )

    def ratio(self, name: str, other: str) -> Usage:
        """Return the medians of the turns' ratios of one command to another, and the ratio of their peaks."""
        turns = list(zip(self.runs[name], self.runs[other], strict=True))
        return Usage(
            statistics.median(one.seconds / two.seconds for one, two in turns),
            statistics.median(one.cpu_seconds / two.cpu_seconds for one, two in turns),
            self.median(name).peak_mb / self.median(other).peak_mb,
        )

    def medians(self) -> dict[str, Usage]:
        """Return the medians of every command."""
        return {name: self.median(name) for name in self.runs}


def alternated(commands: Mapping[str, Command], turns: int) -> Alternated:
    """Run every command as often as there are turns, one after the other in each turn."""
    runs: dict[str, list[Usage]] = {name: [] for name in commands}
    for _ in range(turns):
        for name, command in commands.items():
            runs[name].append(command.run())
    return Alternated(runs)
