"""Token `verify`, in process and over HTTP, against the bare libraries (session_scale/ measures it)."""

from __future__ import annotations

from typing import Any

from benchmarks.rows import Row
from benchmarks.session_scale.verifying import figures
from benchmarks.setting import Found, Setting

_LEAST_RUNS = 3


def measure(setting: Setting) -> Found:
    """Measure both."""
    runs = setting.asked.runs
    found = figures(max(runs, _LEAST_RUNS)) if runs > 1 else figures(1, ["sqlite"])
    return Found([_row(each) for each in found["rows"]], found)


def _row(each: dict[str, Any]) -> Row:
    name = f"{each['name']} ({each['database']})" if "database" in each else each["name"]
    beside = f"{each['ours']:,.0f} a second, bare {each['bare']:,.0f}"
    return Row(name, each["share"], each["must"], at_least=True, beside=beside)
