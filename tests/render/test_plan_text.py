"""The plan as people read it."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import pytest

from reconciler.plan import PlanDocument
from reconciler.render import render_drift, render_plan
from reconciler.render.paint import Style
from tests.render import cases


@pytest.mark.parametrize("case", [cases.none, cases.drift], ids=lambda case: case.__name__)
def test_drift_reads_as_it_did(case: Callable[[], PlanDocument], golden: Callable[[str, str], None]) -> None:
    golden(f"drift_{case.__name__}.txt", render_drift(case()))


@pytest.mark.parametrize("case", cases.ALL, ids=lambda case: case.__name__)
def test_paint_adds_nothing_but_paint(case: Callable[[], PlanDocument]) -> None:
    painted = render_plan(case(), lambda text, style: f"<{style}>{text}</{style}>")
    for style in get_args(Style):
        painted = painted.replace(f"<{style}>", "").replace(f"</{style}>", "")
    assert painted == render_plan(case())


def test_the_summary_lines_are_those_that_people_grep() -> None:
    assert "\nPlan: 2 to create, 0 to update, 0 to delete." in render_plan(cases.create())
    assert "\nNo changes. The registry matches the manifests." in render_plan(cases.none())


def test_conflicts_stand_first() -> None:
    text = render_plan(cases.conflict())
    assert text.index("# user will be updated") < text.index("# other will be created")


def test_nothing_in_a_plan_can_move_the_cursor() -> None:
    text = render_plan(cases.non_ascii())
    assert all(line.isprintable() for line in text.split("\n"))
