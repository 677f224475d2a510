"""Measures the way from manifests to a plan: `python benchmarks/plan.py [--only floor,cold] [--sizes 1000,10000]`.

It generates manifests, starts `reconciler serve` on SQLite with the same records, runs everything in alternation, and
prints medians, ratios to the floor (see floor.py) and peak memory as a table, then all of it as JSON. Times are wall
and CPU of whole processes; the floor gets its records in one answer from a server that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.served import Served, constant_server, delaying_proxy, registry_server

MANIFEST = """name: Session type {at}
tag: type-{at:06}
description: What a visitor of shop {at} is signed in with
schema:
  userId: user_{at}
  email: visitor@example.com
  roles: [reader, writer]
  details:
    country: NG
    verified: true
    visits: {visits}
selector: $Session{{userId}}
expiry: {expiry}
period: days
"""
# A small process between this one and what is measured, because a process counts the memory of its parent as well.
RUNNER = """
import os, sys, time
silent = os.open(os.devnull, os.O_WRONLY)
began = time.perf_counter()
process = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, silent, 1)])
_, status, used = os.wait4(process, 0)
wall = time.perf_counter() - began
print([os.waitstatus_to_exitcode(status), wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024])
"""
EVERY = 100  # one manifest in so many is changed
UPDATES = 100


@dataclass
class Series:
    """What the runs of one command took."""

    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    before: Callable[[], object] = lambda: None
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    memory: float = 0

    def run(self) -> None:
        """Run it once."""
        self.before()
        command = [sys.executable, "-S", "-c", RUNNER, *self.command]
        done = subprocess.run(command, env=self.environment, stdout=subprocess.PIPE, check=True)  # noqa: S603 - our own
        code, wall, cpu, memory = json.loads(done.stdout)
        if code:
            raise SystemExit(f"{self.command} ended with {code}")
        self.wall.append(wall)
        self.cpu.append(cpu)
        self.memory = max(self.memory, memory)


def write_manifests(folder: Path, count: int, *, changed: int = 0) -> Path:
    """Write the manifests, every `changed`th of them with another lifetime."""
    folder.mkdir(parents=True)
    for at in range(count):
        expiry = 1 + at % 30 + (31 if changed and at % changed == 0 else 0)
        text = MANIFEST.format(at=at, visits=at % 97, expiry=expiry)
        (folder / f"type-{at:06}.yaml").write_text(text)
    return folder


def measured(series: dict[str, Series], runs: int) -> dict[str, dict[str, float]]:
    """Run everything in alternation and return medians, with ratios to the first of them."""
    for _ in range(runs):
        for each in series.values():
            each.run()
    first = next(iter(series.values()))
    return {
        name: {
            "seconds": statistics.median(each.wall),
            "cpu_seconds": statistics.median(each.cpu),
            "peak_mb": each.memory,
            "ratio": statistics.median(mine / floor for mine, floor in zip(each.wall, first.wall, strict=True)),
            "cpu_ratio": statistics.median(mine / floor for mine, floor in zip(each.cpu, first.cpu, strict=True)),
        }
        for name, each in series.items()
    }


def reconciler(*arguments: str) -> list[str]:
    """Return our command line."""
    return [sys.executable, "-m", "reconciler", *arguments]


def plans(root: Path, size: int, served: Served, url: str) -> dict[str, Series]:
    """Return the floor and our plans of one size."""
    folder = write_manifests(root / f"m{size}", size)
    changed = write_manifests(root / f"c{size}", size, changed=EVERY)
    served.fill(f"p{size}", folder)
    with urllib.request.urlopen(f"{url}/p{size}") as answer:  # noqa: S310 - loopback; from now on it has the records
        answer.read()
    caches = root / "cache"
    environment = {**served.environment, "XDG_CACHE_HOME": str(caches)}
    asked = ("--product", f"p{size}", "--registry", served.url)
    floor = [sys.executable, str(Path(__file__).with_name("floor.py")), str(folder), f"{url}/p{size}"]
    return {
        "floor": Series(floor, environment),
        "cold": Series(
            reconciler("plan", str(folder), *asked), environment, lambda: shutil.rmtree(caches, ignore_errors=True)
        ),
        "warm": Series(reconciler("plan", str(folder), *asked), environment),
        "changed": Series(reconciler("plan", str(changed), *asked), environment),
    }


def start_up(root: Path, environment: dict[str, str]) -> dict[str, Series]:
    """Return what a command costs that has next to nothing to do."""
    file = write_manifests(root / "one", 1) / "type-000000.yaml"
    return {
        "python": Series([sys.executable, "-c", "pass"], environment),
        "help": Series(reconciler("--help"), environment),
        "validate": Series(reconciler("validate", str(file)), environment),
    }


def apply(root: Path, served: Served) -> dict[str, Any]:
    """Apply updates through a proxy that answers each after 10 ms; count the calls."""
    served.fill("apply", write_manifests(root / "a", UPDATES))
    changed = write_manifests(root / "b", UPDATES, changed=1)
    with delaying_proxy(served.url, milliseconds=10) as proxy:
        asked = ("--product", "apply", "--registry", proxy.url, "--auto-approve", "--parallelism", "16")
        each = Series(reconciler("apply", str(changed), *asked), served.environment)
        each.run()
        ideal = -(-UPDATES // 16) * 0.01
        return {"seconds": each.wall[0], "writes": proxy.writes, "writing_seconds": proxy.span, "ideal_seconds": ideal}


def table(name: str, rows: dict[str, dict[str, float]]) -> None:
    """Print the rows of one size."""
    print(f"\n{name:12} {'wall s':>8} {'ratio':>6} {'CPU s':>8} {'ratio':>6} {'peak MB':>8}")
    for what, row in rows.items():
        print(
            f"{what:12} {row['seconds']:8.3f} {row['ratio']:6.2f} {row['cpu_seconds']:8.3f} {row['cpu_ratio']:6.2f} "
            f"{row['peak_mb']:8.0f}"
        )


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="plan,start,apply", help="Parts, with commas: plan, start, apply.")
    parser.add_argument("--sizes", default="1000,10000", help="Numbers of manifests, with commas.")
    parser.add_argument("--runs", type=int, default=5, help="Runs of each command.")
    given = parser.parse_args()
    parts, found = given.only.split(","), dict[str, Any]()
    with _scratch() as root, registry_server(root) as served:
        if "start" in parts:
            found["start"] = measured(start_up(root, served.environment), given.runs)
            table("start", found["start"])
        for size in map(int, given.sizes.split(",") if "plan" in parts else ()):
            with constant_server(served) as url:
                found[f"plan {size}"] = measured(plans(root, size, served, url), given.runs)
            table(f"plan {size}", found[f"plan {size}"])
        if "apply" in parts:
            found["apply"] = apply(root, served)
            print("\napply", found["apply"])
    print("\n" + json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
