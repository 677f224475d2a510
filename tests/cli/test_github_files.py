"""With the format `github` a run also tells its step's outputs and summary, whatever it comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.github_files import read_output_file

if TYPE_CHECKING:
    from tests.cli.conftest import Result, Shop


class Step:
    """A step of a workflow: its two files, empty at first."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.output, self.summary = shop.root.parent / "output", shop.root.parent / "summary"

    def run(self, line: str) -> Result:
        files = {"GITHUB_OUTPUT": str(self.output), "GITHUB_STEP_SUMMARY": str(self.summary)}
        return self.shop.run(*line.split(), environment=files)

    @property
    def outputs(self) -> dict[str, str]:
        return read_output_file(self.output)


@pytest.fixture
def step(applied: Shop) -> Step:
    return Step(applied)


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("plan sessions --out plan.json", 0, {"has_changes": "true", "update": "1", "plan_file": "plan.json"}),
        ("plan sessions --detailed-exitcode", 2, {"has_changes": "true", "plan_file": ""}),
        ("plan sessions --fail-on safe", 4, {"has_changes": "true", "risk": "safe"}),
        ("drift sessions", 2, {"has_drift": "true", "drifted": "1"}),
        ("show plan.json", 0, {"create": "0"}),
        ("plan nowhere --out other.json", 3, {"errored": "true", "plan_file": ""}),
        ("plan --bogus", 64, {"errored": "true"}),
        ("drift sessions --registry http://127.0.0.1:1", 7, {"errored": "true", "has_drift": "false"}),
    ],
)
def test_outputs_and_summary_are_those_of_the_run(step: Step, line: str, code: int, said: dict[str, str]) -> None:
    step.shop.save()
    step.shop.session("cart", name="Another name")
    step.shop.edit("guest", description="By hand") if "drift" in line else None
    result = step.run(f"{line} --format github")
    assert result.code == code
    assert result.out.startswith("::")
    assert step.outputs.items() >= {**said, "exit_code": str(code)}.items()
    summary = step.summary.read_text(encoding="utf-8")
    assert summary.count("\n### ") == 1
    assert step.outputs["summary"].split(":")[0] in summary


def test_apply_tells_by_a_report(step: Step) -> None:
    step.shop.session("cart", expiry=14)
    step.shop.session("new")
    assert step.run("apply sessions --auto-approve --report github=notes").code == 0
    assert step.outputs.items() >= {"applied": "2", "failed": "0", "exit_code": "0"}.items()
    assert "Apply complete!" in step.summary.read_text(encoding="utf-8")
    step.shop.session("cart", selector="$Session{details}{email}")
    step.shop.edit("cart", expiry=30)
    step.shop.session("cart", expiry=3)
    assert step.run("apply sessions --auto-approve --report github=notes").code == 4
    assert step.outputs.items() >= {"refused": "1", "applied": "0", "exit_code": "4"}.items()
    assert step.summary.read_text(encoding="utf-8").count("### ") == 2, "a step's files are appended to"


def test_no_other_format_touches_them(step: Step) -> None:
    for line in ("plan sessions", "plan sessions --format json", "validate sessions --format github"):
        assert step.run(line).code == 0
    assert not step.output.exists()
    assert not step.summary.exists()


def test_outside_of_a_workflow_nothing_is_written(applied: Shop) -> None:
    before = applied.tree()
    applied.ok("plan", "sessions", "--format", "github", environment={"GITHUB_OUTPUT": ""})
    assert applied.tree() == before


def test_a_file_that_cannot_be_written_is_an_error_but_keeps_the_code(step: Step) -> None:
    step.output.mkdir()
    failed = step.run("plan sessions --format github")
    assert failed.code == 1
    assert "$GITHUB_OUTPUT can't be written to" in failed.err
    assert step.summary.exists(), "the other one is"
    assert step.run("plan nowhere --format github").code == 3
    wrong = step.run("plan --bogus --format github")
    assert wrong.code == 64
    assert "$GITHUB_OUTPUT can't be written to" in wrong.err


def test_neither_holds_a_sensitive_value(shop: Shop) -> None:
    shop.session("cart", lifecycle="{sensitive: [schema.details.email]}")
    step = Step(shop)
    assert step.run("plan sessions --format github").code == 0
    assert "ade@" not in step.summary.read_text(encoding="utf-8") + step.output.read_text(encoding="utf-8")
