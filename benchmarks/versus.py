"""Our plan and another project's, in turns: the rows that say how many times faster, and with how much memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.installed import NotInstalled
from benchmarks.measuring import Alternated, Command, alternated
from benchmarks.rows import Row
from benchmarks.setting import Setting


@dataclass(frozen=True, slots=True)
class Contest:
    """Another project's name, how many times faster than it each of our plans must be, and its part of the memory."""

    name: str
    faster: Mapping[str, float]
    memory: float | None = None

    def rows(self, size: int, found: Alternated) -> list[Row]:
        """Return the rows of what was measured."""
        other = found.median(self.name)
        rows = []
        for what, must in self.faster.items():
            ours, ratio = found.median(what), found.ratio(self.name, what)
            beside = (
                f"{other.seconds:.1f} s and {other.cpu_seconds:.1f} s of CPU, ours {ours.seconds:.2f} and "
                f"{ours.cpu_seconds:.2f}; by CPU {ratio.cpu_seconds:.1f}"
            )
            rows.append(Row(self._faster(what, size), ratio.seconds, must, at_least=True, beside=beside))
        if self.memory is not None:
            peak = max(found.median(what).peak_mb for what in self.faster)
            beside = f"{peak:.0f} MB, {self.name} {other.peak_mb:.0f}"
            rows.append(Row(self._memory(size), peak / other.peak_mb, self.memory, beside=beside))
        return rows

    def missing(self, size: int, why: NotInstalled) -> list[Row]:
        """Return the rows that say why nothing could be measured."""
        rows = [
            Row(self._faster(what, size), None, must, at_least=True, beside=why.why)
            for what, must in self.faster.items()
        ]
        return rows if self.memory is None else [*rows, Row(self._memory(size), None, self.memory, beside=why.why)]

    def _faster(self, what: str, size: int) -> str:
        return f"{self.name} / `plan`, {size:,} manifests, {what}"

    def _memory(self, size: int) -> str:
        return f"memory of `plan` / {self.name}, {size:,} manifests"


def contested(setting: Setting, contest: Contest, other: Command, runs: int) -> tuple[list[Row], dict[str, Any]]:
    """Run the other project's command between a cold and a warm plan of ours, as often as asked for."""
    size = setting.asked.peers_size
    stock = setting.stock(size)
    ours = {
        "cold": setting.plan(stock.folder, stock.product, cold=True),
        "warm": setting.plan(stock.folder, stock.product),
    }
    alternated(ours, 1)  # Python compiles what it has not met yet
    found = alternated({"cold": ours["cold"], contest.name: other, "warm": ours["warm"]}, runs)
    return contest.rows(size, found), {what: asdict(usage) for what, usage in found.medians().items()}
