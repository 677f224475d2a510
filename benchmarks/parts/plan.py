"""`plan` without changes, over HTTP on this machine, against the floor (floor.py), and how its cost grows."""

from __future__ import annotations

import sys
import urllib.request
from dataclasses import asdict
from pathlib import Path

from benchmarks.growth import Growth, growth
from benchmarks.measuring import Alternated, Command, Usage, alternated
from benchmarks.rows import Row
from benchmarks.served import constant_server
from benchmarks.setting import Found, Setting, say

_FLOOR = Path(__file__).parents[1] / "floor.py"
_MUST = {"cold": 1.5, "warm": 0.5, "changed": None}
_NAMES = {"cold": "cold", "warm": "warm cache", "changed": "1% changed"}
_MEMORY_MB = 1024
_MEMORY_SIZE = 100_000
# A cost that grows with the square has an exponent of 2; a busy machine moves medians by a tenth.
_EXPONENT = 1.1


def measure(setting: Setting) -> Found:
    """Measure the floor and our plans at every size."""
    rows: list[Row] = []
    sizes: dict[int, Alternated] = {}
    with constant_server(setting.served) as url:
        # Python compiles what it has not met yet: not what is measured here.
        alternated(_commands(setting, 1, url), 1)
        for size in setting.asked.sizes:
            say(f"plan: {size:,} manifests")
            sizes[size] = alternated(_commands(setting, size, url), setting.asked.runs_of(size))
            rows += _rows(size, sizes[size])
    grown = {what: _growths(sizes, what) for what in ("floor", *_MUST)} if len(sizes) > 1 else {}
    for what in ("cold", "warm") if grown else ():
        rows += _growth_rows(_NAMES[what], grown[what])
    figures = {
        "sizes": {str(size): {what: asdict(usage) for what, usage in sizes[size].medians().items()} for size in sizes},
        "growth": {what: {cost: asdict(fit) for cost, fit in fits.items()} for what, fits in grown.items()},
    }
    return Found(rows, figures)


def _commands(setting: Setting, size: int, url: str) -> dict[str, Command]:
    stock = setting.stock(size)
    with urllib.request.urlopen(f"{url}/{stock.product}") as answer:  # noqa: S310 - loopback; now it has the records
        answer.read()
    floor = [sys.executable, str(_FLOOR), str(stock.folder), f"{url}/{stock.product}"]
    return {
        "floor": Command(floor, setting.environment),
        "cold": setting.plan(stock.folder, stock.product, cold=True),
        "warm": setting.plan(stock.folder, stock.product),
        # Its cache holds the manifests as they were before the change.
        "changed": setting.plan(stock.changed, stock.product),
    }


def _rows(size: int, found: Alternated) -> list[Row]:
    rows = []
    for what, must in _MUST.items():
        name = f"`plan`, {size:,} manifests, {_NAMES[what]} / floor"
        rows.append(Row(name, found.ratio(what, "floor").seconds, must, beside=_beside(found, what)))
    if size >= _MEMORY_SIZE:
        peak = max(found.median(what).peak_mb for what in _MUST)
        rows.append(Row(f"`plan`, {size:,} manifests, peak memory in MB", peak, _MEMORY_MB))
    return rows


def _beside(found: Alternated, what: str) -> str:
    ours, floor, ratio = found.median(what), found.median("floor"), found.ratio(what, "floor")
    return (
        f"{ours.seconds:.2f} s, {ours.cpu_seconds:.2f} s of CPU, {ours.peak_mb:.0f} MB; the floor {floor.seconds:.2f}, "
        f"{floor.cpu_seconds:.2f}, {floor.peak_mb:.0f}; the ratio by CPU {ratio.cpu_seconds:.2f}"
    )


def _growths(sizes: dict[int, Alternated], what: str) -> dict[str, Growth]:
    medians = {size: found.median(what) for size, found in sizes.items()}
    return {cost: growth({size: getattr(usage, cost) for size, usage in medians.items()}) for cost in _costs()}


def _costs() -> tuple[str, ...]:
    return tuple(Usage.__dataclass_fields__)


def _growth_rows(name: str, fits: dict[str, Growth]) -> list[Row]:
    units: dict[str, tuple[str, float, str]] = {
        "seconds": ("time", 1e6, "s + {:.0f} µs a manifest"),
        "cpu_seconds": ("CPU", 1e6, "s + {:.0f} µs a manifest"),
        "peak_mb": ("memory", 1024, "MB + {:.1f} KB a manifest"),
    }
    rows = []
    for cost, (what, scale, unit) in units.items():
        fit = fits[cost]
        beside = (
            f"{fit.fixed:.2f} {unit.format(fit.each * scale)}, at worst {fit.worst:.2f} times off that line; "
            f"exponent through all sizes {fit.exponent:.2f}"
        )
        rows.append(Row(f"growth of {what}, {name}: steepest exponent", fit.steepest, _EXPONENT, beside=beside))
    return rows
