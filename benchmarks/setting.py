"""Where the parts of the benchmark work: a scratch folder, a server, and manifests with the same records on it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.manifests import write_manifests
from benchmarks.measuring import Command
from benchmarks.rows import Row
from benchmarks.served import Served, registry_server

EVERY = 100  # one manifest in so many is changed
_PEERS_SIZE = 10_000
_MANY = 100_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command was asked for: numbers of manifests, and how often each thing, or one that is slow, is run."""

    sizes: tuple[int, ...] = (1_000, 10_000, 100_000)
    runs: int = 5
    slow_runs: int = 3

    def runs_of(self, size: int) -> int:
        """Return how often a plan of a size is measured."""
        return self.runs if size < _MANY else self.slow_runs

    @property
    def peers_size(self) -> int:
        """The size at which others are compared with: ten thousand, or the nearest below that is measured."""
        return max((size for size in self.sizes if size <= _PEERS_SIZE), default=min(self.sizes))


@dataclass(frozen=True, slots=True)
class Found:
    """What a part found: its rows, all of its figures, and the versions of what it installed."""

    rows: list[Row]
    figures: Any
    versions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stock:
    """A folder of manifests, the same with one in a hundred changed, and the product whose records equal the first."""

    folder: Path
    changed: Path
    product: str


@dataclass(frozen=True)
class Setting:
    """What all parts share."""

    asked: Asked
    root: Path
    served: Served
    _stocks: dict[int, Stock] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of our commands, with a cache folder of the benchmark's own."""
        return {**self.served.environment, "XDG_CACHE_HOME": str(self.root / "cache")}

    def stock(self, size: int) -> Stock:
        """Return manifests of a size, and make them first if they are not there yet."""
        if size not in self._stocks:
            say(f"{size:,} manifests and records are made")
            folder = write_manifests(self.root / f"m{size}", size)
            changed = write_manifests(self.root / f"c{size}", size, changed=EVERY)
            self.served.fill(f"p{size}", folder)
            self._stocks[size] = Stock(folder, changed, f"p{size}")
        return self._stocks[size]

    def reconciler(self, *arguments: str, cold: bool = False) -> Command:
        """Return one of our commands, with no cache from earlier runs if it is to be cold."""
        line = [sys.executable, "-m", "reconciler", *arguments]
        return Command(line, self.environment, self._forget if cold else lambda: None)

    def plan(self, folder: Path, product: str, *, url: str = "", cold: bool = False) -> Command:
        """Return a plan of a folder against a product, through another URL if one is given."""
        return self.reconciler(
            "plan", str(folder), "--product", product, "--registry", url or self.served.url, cold=cold
        )

    def _forget(self) -> None:
        shutil.rmtree(self.root / "cache", ignore_errors=True)


@contextmanager
def setting(asked: Asked) -> Iterator[Setting]:
    """Make a scratch folder, and run the server in it."""
    with TemporaryDirectory(prefix="reconciler-benchmark-") as name, registry_server(Path(name)) as served:
        yield Setting(asked, Path(name), served)


def say(text: str) -> None:
    """Tell whoever waits what is going on."""
    print(text, file=sys.stderr, flush=True)
