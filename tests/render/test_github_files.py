"""What a step tells GitHub beside its log: outputs that its runner reads back whole, a summary that it takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.plan import OutcomeEntry, PlanDocument
from reconciler.render import View, render_github_output, render_github_summary
from tests.github_files import read_outputs
from tests.render import cases
from tests.render.cases import errors, many
from tests.render.test_formats import ALL, DRIFT, Case, evil, outside_fences

LIMIT = 1024 * 1024
PLAN = View()


def outputs(document: PlanDocument, view: View = PLAN, **ending: object) -> dict[str, str]:
    return read_outputs(render_github_output(document, view, **ending) + "\n")  # type: ignore[arg-type]


def test_the_figures_are_those_of_the_plan() -> None:
    found = outputs(cases.breaking(), exit_code=4, plan_file="plan.json")
    assert found == {
        "errored": "false",
        "has_changes": "true",
        "has_drift": "false",
        "create": "0",
        "update": "1",
        "delete": "0",
        "withheld": "0",
        "breaking": "1",
        "conflicts": "0",
        "drifted": "0",
        "refused": "1",
        "risk": "breaking",
        "applied": "0",
        "failed": "0",
        "exit_code": "4",
        "summary": "Plan: 0 to create, 1 to update, 0 to delete.",
        "target": "storefront",
        "plan_file": "plan.json",
    }


@pytest.mark.parametrize(
    ("case", "view", "said"),
    [
        (cases.none, View(), {"has_changes": "false", "risk": "none"}),
        (cases.delete_withheld, View(), {"has_changes": "false", "withheld": "2", "risk": "none"}),
        (cases.conflict, View(), {"conflicts": "1", "create": "1", "risk": "disruptive"}),
        (cases.ownership, View(), {"has_changes": "true"}),
        (cases.drift, DRIFT, {"has_drift": "true", "drifted": "3"}),
        (cases.delete_withheld, DRIFT, {"has_drift": "false"}),
        (
            cases.none,
            DRIFT,
            {"has_drift": "false", "summary": "No drift. Every owned session type is as it was last applied."},
        ),
        (errors, View(), {"errored": "true", "has_changes": "false", "summary": "1 error; there is no plan."}),
    ],
)
def test_they_tell_what_later_steps_ask(case: Case, view: View, said: dict[str, str]) -> None:
    assert outputs(case(), view).items() >= said.items()


def test_an_apply_counts_its_calls() -> None:
    done: list[OutcomeEntry] = [
        {"name": name, "action": "create", "status": status, "error": None}
        for name, status in (("a", "done"), ("b", "failed"), ("c", "not-tried"))
    ]
    assert outputs({**cases.create(), "outcomes": done}).items() >= {"applied": "1", "failed": "2"}.items()


@given(name=st.text(), plan_file=st.text())
def test_no_text_ends_its_output_or_begins_another_one(name: str, plan_file: str) -> None:
    whole = plan_file + "\nEND_OF_VALUE\nhas_drift=true\nEND_OF_VALUE_"
    document = cases.none()
    document["target"]["name"] = name
    found = outputs(document, plan_file=whole)
    assert found["plan_file"] == whole
    assert found["has_drift"] == "false"
    assert len(found) == len(outputs(cases.none()))


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.__name__)
@pytest.mark.parametrize("taken", [0, LIMIT - 3_000, LIMIT - 300, LIMIT])
def test_a_summary_is_what_the_page_takes(case: Case, taken: int) -> None:
    text = render_github_summary(case(), taken=taken)
    assert taken + len(text.encode()) + 1 <= LIMIT or not text
    assert all(not line.startswith(("# ", "## ")) for line in outside_fences(text))
    if text:
        assert "### reconciler" in text


def test_a_summary_says_so_where_what_may_not_be_cut_has_no_room() -> None:
    assert render_github_summary(many()).count("<details>") == 501
    assert "left out" in render_github_summary(many(), taken=LIMIT - 20_000)
    short = render_github_summary(evil(), taken=LIMIT - 1_200)
    assert "too long" in short or len(short.encode()) < 1_200
    assert render_github_summary(cases.create(), taken=LIMIT) == ""
