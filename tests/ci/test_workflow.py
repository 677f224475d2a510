"""The workflow to copy: GitHub takes it, and each of its jobs does with the action what its name says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from check_jsonschema import main as check_jsonschema  # type: ignore[import-untyped]
from click.testing import CliRunner
from ruamel.yaml import YAML

from tests.ci.runner import ACTION, ROOT, Runner

if TYPE_CHECKING:
    from tests.ci.runner import Job
    from tests.cli.conftest import Shop

FILE = ROOT / "docs" / "ci" / "github.yml"
WORKFLOW = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]


@pytest.fixture
def production(project: Shop) -> Shop:
    """Give a project whose target is the workflow's, and which is applied."""
    file = project.root / "reconciler.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("local:", "production:"), encoding="utf-8")
    return project


def inputs(job: str) -> dict[str, str]:
    (step,) = (each for each in JOBS[job]["steps"] if "/reconciler@" in each["uses"])
    assert set(step["with"]) <= set(ACTION["inputs"])
    assert step["with"]["token"].startswith("${{ secrets.RECONCILER_")
    return {name.replace("-", "_"): value for name, value in step["with"].items() if name != "token"}


def run(runner: Runner, job: str) -> Job:
    return runner.run(**inputs(job))


def test_it_is_what_github_takes_for_a_workflow() -> None:
    done = CliRunner().invoke(check_jsonschema, ["--builtin-schema", "vendor.github-workflows", str(FILE)])
    assert done.exit_code == 0, done.output


def test_each_job_has_the_permissions_that_it_needs_and_no_other() -> None:
    assert WORKFLOW["permissions"] == {}
    assert {name: job["permissions"] for name, job in JOBS.items()} == {
        "plan": {"contents": "read", "pull-requests": "write"},
        "apply": {"contents": "read"},
        "drift": {"contents": "read", "issues": "write"},
    }


def test_each_job_has_the_history_without_which_prune_is_refused() -> None:
    checkouts = [step for job in JOBS.values() for step in job["steps"] if step["uses"].startswith("actions/checkout")]
    assert [step["with"]["fetch-depth"] for step in checkouts] == [0] * len(JOBS)


def test_no_apply_is_cut_short_and_no_two_run_at_once() -> None:
    groups = {name: job["concurrency"]["group"] for name, job in JOBS.items()}
    assert groups["apply"] == "reconciler-production"
    assert len(set(groups.values())) == 3, "or GitHub drops an apply that waits for the sake of another job"
    cut = {name for name, job in JOBS.items() if job["concurrency"]["cancel-in-progress"]}
    assert cut == {"plan"}


def test_each_job_runs_on_an_event_of_its_own() -> None:
    events = {name: job["if"].split("'")[1] for name, job in JOBS.items()}
    assert events == {"plan": "pull_request", "apply": "push", "drift": "schedule"}
    assert set(WORKFLOW["on"]) == set(events.values())


def test_a_pull_request_a_merge_and_the_schedule_go_as_told(production: Shop, runner: Runner) -> None:
    production.session("cart", expiry=14)
    assert run(runner, "plan").failed == ""
    assert "1 to update" in runner.github["comments"][0]["body"]
    production.session("cart", selector="$Session{details}{email}")
    assert run(runner, "plan").failed == "End as reconciler did: 4", "the workflow fails on breaking changes"
    production.session("cart", expiry=14)
    runner.event = {"ref": "refs/heads/main"}
    applied = run(runner, "apply")
    assert applied.failed == ""
    assert applied.outputs["run"]["applied"] == "1"
    assert run(runner, "drift").failed == ""
    assert runner.github["issues"] == []
