"""The benchmark of sessions still runs, on a few; what it measures is nobody's business here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.session_scale.verifying import figures

ROOT = Path(__file__).parents[2]
ASKED = [
    *("users, first page", "users, middle page", "users, last page"),
    *("active, first page", "active, middle page", "active, last page"),
    *("active, typical user", "user, typical", "active, busiest user", "user, busiest"),
    *("dashboard", "dashboard, 366 days", "impact"),
]


def benchmark(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "benchmarks/sessions.py", *arguments, "--rounds", "1"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_question_is_asked_and_everything_is_pruned(kind: str, tmp_path: Path) -> None:
    answers, plans = tmp_path / "figures.json", tmp_path / "plans.md"
    written = ["--json", str(answers), "--plans", str(plans)]
    said = benchmark(kind, "--sessions", "300", "--users", "30", *written)
    found = json.loads(answers.read_text(encoding="utf-8"))[kind]
    assert [answer["name"] for answer in found["answers"]] == ASKED
    assert all(f"\n{name} " in said for name in ASKED)
    assert found["prune"]["sessions"] == 300
    assert "prune: 300 sessions in " in said
    if kind == "postgresql":
        told = plans.read_text(encoding="utf-8")
        assert [line[4:] for line in told.splitlines() if line.startswith("### ")] == ASKED
        assert told.count("Execution Time") >= len(ASKED)


def test_the_figures_of_verify_are_plain_data() -> None:
    measured = figures(1, databases=["sqlite"])
    assert measured["generator"] in {"wrk", "benchmarks.session_scale.asking"}
    assert [(row["name"], row.get("database")) for row in measured["rows"]] == [
        ("verify in process / joserfc decrypt", None),
        ("verify over HTTP / bare FastAPI", "sqlite"),
        ("the same, by processor time", "sqlite"),
    ]
    assert json.loads(json.dumps(measured)) == measured
