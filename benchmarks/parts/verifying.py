"""Token `verify`, in process and over HTTP, against the bare libraries (session_scale/ measures it)."""

from __future__ import annotations

from dataclasses import asdict

from benchmarks.rows import Row
from benchmarks.sessions import verify_ratios
from benchmarks.setting import Found, Setting

_LEAST_RUNS = 3


def measure(setting: Setting) -> Found:
    """Measure both."""
    ratios = verify_ratios(max(setting.asked.runs, _LEAST_RUNS) if setting.asked.runs > 1 else 1)
    rows = [
        Row(each.name, each.share, each.must, at_least=True, beside=f"{each.ours:,.0f} a second, bare {each.bare:,.0f}")
        for each in ratios
    ]
    return Found(rows, [asdict(each) for each in ratios])
