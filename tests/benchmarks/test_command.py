"""The benchmark's command still measures everything, on a few; what it measures is nobody's business here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.readme import README, section

ROOT = Path(__file__).parents[2]
FIGURES = ROOT / "benchmarks" / "figures.json"
ASKED = ["--only", "plan,requests,apply,start", "--sizes", "10,20", "--runs", "1"]


def test_every_row_is_measured(tmp_path: Path) -> None:
    kept = tmp_path / "figures.json"
    said = subprocess.run(
        [sys.executable, "-m", "benchmarks", *ASKED, "--json", str(kept)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    found = json.loads(kept.read_text(encoding="utf-8"))
    rows = {row["what"]: row for part in found["parts"].values() for row in part["rows"]}
    assert all(row["figure"] is not None and name in said.stdout for name, row in rows.items())
    assert {name: row["must"] for name, row in rows.items()} == {
        **{f"`plan`, {size} manifests, cold / floor": 1.5 for size in (10, 20)},
        **{f"`plan`, {size} manifests, warm cache / floor": 0.5 for size in (10, 20)},
        **{f"`plan`, {size} manifests, 1% changed / floor": None for size in (10, 20)},
        **_growing("cold"),
        **_growing("warm cache"),
        "requests of a plan, 20 manifests, cold": 1,
        "requests of a plan, 20 manifests, nothing moved": 1,
        "of them, not answered with 304": 0,
        "`apply` of 100 updates, time of the writes / ideal": 1.5,
        "the same calls from a bare script / ideal": None,
        "write calls for 100 updates, too many or too few": 0,
        "`--help` / `python -c pass`": 3,
        "`validate of one file` / `python -c pass`": 8,
    }
    # What is counted, and not timed, holds on any machine.
    counted = ("requests of a plan", "of them", "write calls")
    assert all(row["is_met"] for name, row in rows.items() if name.startswith(counted))
    assert found["versions"]["Python"]


def _growing(what: str) -> dict[str, float]:
    return {f"growth of {cost}, {what}: steepest exponent": 1.1 for cost in ("time", "CPU", "memory")}


def test_the_readme_shows_the_figures_that_are_kept() -> None:
    found: dict[str, Any] = json.loads(FIGURES.read_text(encoding="utf-8"))
    assert section(found) in README.read_text(encoding="utf-8")


def test_the_kept_figures_are_of_every_row() -> None:
    found = json.loads(FIGURES.read_text(encoding="utf-8"))
    assert list(found["parts"]) == ["plan", "terraform", "octodns", "requests", "apply", "start", "verify"]
    assert set(found["parts"]["plan"]["figures"]["sizes"]) == {"1000", "10000", "100000"}
