"""The page on sessions, followed from an empty folder to its end: what it shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.executed import ROOT, SERVER, blocks_of, parts_of, run_steps, served, steps_of, still, with_outputs

PAGE = ROOT / "docs" / "sessions.md"
_MOVING = re.compile(r"\d{4}-\d\d-\d\d\b|COMMIT(?:-[0-9a-f]{4}){3}-COMMIT")


def test_sessions_run_as_the_page_shows(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    page = PAGE.read_text(encoding="utf-8")
    (serve,) = blocks_of(page, "serve")
    before, after = (steps_of(part) for part in parts_of(page))
    outputs = run_steps(before, tmp_path)
    with served(serve, tmp_path) as (url, secret):
        there = run_steps([step.at(url) for step in after], tmp_path, RECONCILER_TOKEN=secret)
        outputs += [output.replace(url, SERVER) for output in there]
    if request.config.getoption("--update-golden"):
        PAGE.write_text(with_outputs(page, outputs), encoding="utf-8")
    steps = steps_of(PAGE.read_text(encoding="utf-8"))
    assert len(steps) >= 20
    for step, output in zip(steps, outputs, strict=True):
        assert _MOVING.sub("…", still(output)) == _MOVING.sub("…", still(step.output)), step.command
