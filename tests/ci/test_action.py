"""The GitHub action, executed step by step: one comment, one issue, and the exit code at the end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from check_jsonschema import main as check_jsonschema  # type: ignore[import-untyped]
from click.testing import CliRunner

from reconciler.cli.exit_codes import ExitCode
from tests.ci.runner import ACTION, BOT, ROOT, Job, Runner

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

COMMENT = "Keep the comment on the pull request up to date"
END = "End as reconciler did"
PLAN = "<!-- reconciler:plan:local -->"


def by(login: str, body: str, number: int) -> dict[str, Any]:
    url = f"https://github.com/o/r/comments/{number}"
    return {"id": number, "issue": 7, "body": body, "user": {"login": login, "type": "User"}, "html_url": url}


def test_it_is_what_github_takes_for_an_action() -> None:
    done = CliRunner().invoke(check_jsonschema, ["--builtin-schema", "vendor.github-actions", str(ROOT / "action.yml")])
    assert done.exit_code == 0, done.output


def test_no_expression_stands_where_a_shell_would_read_it() -> None:
    scripts = [step["run"] for step in ACTION["runs"]["steps"] if "run" in step]
    assert len(scripts) == 5
    assert not [script for script in scripts if "${{" in script]
    assert all(step["shell"] == "bash" for step in ACTION["runs"]["steps"] if "run" in step)


def test_every_input_is_used_and_every_output_is_one_of_a_step(runner: Runner) -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(ACTION["inputs"])
    written = runner.run(command="plan").outputs["run"]
    for name, output in ACTION["outputs"].items():
        assert output["value"] == f"${{{{ steps.run.outputs.{name} }}}}"
        assert name in written


def test_two_runs_make_one_comment_updated_in_place(project: Shop, runner: Runner) -> None:
    project.session("cart", expiry=14)
    first = runner.run(command="plan", target="local")
    assert first.failed == ""
    (comment,) = runner.github["comments"]
    assert comment["issue"] == 7
    assert comment["body"].startswith(PLAN + "\n### reconciler plan: local\n")
    assert "**Plan: 0 to create, 1 to update, 0 to delete.**" in comment["body"]
    assert "[Run](https://github.com/o/r/actions/runs/42) for 0123456789ab" in comment["body"]
    project.session("new")
    assert runner.run(command="plan", target="local").failed == ""
    (updated,) = runner.github["comments"]
    assert (updated["id"], updated["edits"]) == (comment["id"], 1)
    assert "**Plan: 1 to create, 1 to update, 0 to delete.**" in updated["body"]


def test_the_comment_is_found_behind_many_pages_and_only_if_it_is_ours(runner: Runner) -> None:
    theirs = [by("mallory", PLAN if number == 3 else "Nice!", number) for number in range(1, 251)]
    runner.save({**runner.github, "comments": theirs, "last_id": 250})
    runner.run(command="plan", target="local")
    runner.run(command="plan", target="local")
    assert runner.github["comments"][:250] == theirs
    (own,) = runner.github["comments"][250:]
    assert (own["user"], own["edits"]) == (BOT, 1)
    pages = [call for call in runner.github["calls"] if call.startswith("GET repos/o/r/issues/7/comments")]
    assert [call.rsplit("=")[-1] for call in pages] == ["1", "2", "3"] * 2


def test_a_personal_token_finds_the_comments_of_its_own(runner: Runner) -> None:
    runner.save({**runner.github, "me": {"login": "release", "type": "User"}})
    for _ in range(2):
        assert runner.run(command="plan", target="local", github_token="ghp_x").failed == ""
    assert [each["user"]["login"] for each in runner.github["comments"]] == ["release"]


def test_each_target_and_folder_has_a_comment_of_its_own(project: Shop, runner: Runner) -> None:
    for path in ("reconciler.yaml", "sessions/cart.yaml"):
        project.write(f"other shop/{path}", (project.root / path).read_text(encoding="utf-8"))
    runner.run(command="plan", target="local")
    runner.run(command="plan")
    runner.run(command="plan", target="local", working_directory="other shop")
    markers = [each["body"].split("\n")[0] for each in runner.github["comments"]]
    assert markers == [PLAN, "<!-- reconciler:plan:default -->", "<!-- reconciler:plan:local:other-shop -->"]


@pytest.mark.parametrize(
    ("fields", "args", "told"),
    [
        ({"selector": "$Session{details}{email}"}, "--fail-on breaking", (ExitCode.REFUSED, "1 to update")),
        ({"expiry": "never"}, "", (ExitCode.INVALID, "1 error; there is no plan.")),
        ({}, "--bogus", (ExitCode.USAGE, "No such option")),
        ({}, "'never closed", (ExitCode.USAGE, "There is no report: exit code 64.")),
        ({}, "--registry http://127.0.0.1:1", (ExitCode.UNREACHABLE, "1 error; there is no plan.")),
        ({"expiry": 14}, "--detailed-exitcode", (ExitCode.CHANGES, "1 to update")),
    ],
)
def test_it_fails_as_reconciler_did_but_only_after_the_comment(
    project: Shop, runner: Runner, fields: dict[str, Any], args: str, told: tuple[int, str]
) -> None:
    code, said = told
    project.session("cart", **fields)
    job = runner.run(command="plan", target="local", args=args)
    assert job.failed == f"{END}: {int(code)}"
    assert job.ran[-2:] == [COMMENT, END]
    assert job.outputs["run"]["exit_code"] == str(int(code))
    (comment,) = runner.github["comments"]
    assert comment["body"].startswith(PLAN)
    assert said in comment["body"]
    assert comment["body"].endswith(f" for 0123456789ab, exit code {int(code)}</sub>\n")


def test_where_it_may_not_comment_it_warns_and_goes_on(project: Shop, runner: Runner) -> None:
    project.session("cart", expiry=14)
    runner.save({**runner.github, "may_write": False})
    job = runner.run(command="plan", target="local")
    assert job.failed == ""
    assert (
        "::warning title=The comment was not written::gh: Resource not accessible by integration (HTTP 403)." in job.log
    )
    runner.save({**runner.github, "calls": []})
    assert runner.run(command="plan", comment="false").failed == ""
    runner.event = {"ref": "refs/heads/main"}
    assert "No pull request, so no comment." in runner.run(command="plan").log
    assert runner.github["calls"] == []


def test_what_may_not_be_cut_fits_into_a_comment_all_the_same(project: Shop, runner: Runner) -> None:
    folder = f"sessions/{'long' * 40}"
    for number in range(250):
        project.session(f"type-{number}", path=f"{folder}/{number}.yaml", selector="$Session{details}{email}")
    project.ok("apply", "--auto-approve")
    for number in range(250):
        project.session(f"type-{number}", path=f"{folder}/{number}.yaml")
    assert runner.run(command="plan", args="--fail-on breaking").failed == f"{END}: 4"
    (comment,) = runner.github["comments"]
    assert "_The rest is too long for here; the summary of the run has it._" in comment["body"]
    assert comment["body"].count("<details>") == comment["body"].count("</details>") > 100


def told(job: Job) -> tuple[str, str]:
    """Return what a runner only shows, and what it obeys of the log that follows."""
    (token,) = re.findall(r"^::stop-commands::(\w{32})$", job.log, re.MULTILINE)
    quiet, loud = job.log.partition(f"::stop-commands::{token}\n")[2].split(f"::{token}::\n")
    return quiet, loud


def test_the_log_shows_the_plan_and_annotates_files_of_the_repository(project: Shop, runner: Runner) -> None:
    project.write("shops/reconciler.yaml", (project.root / "reconciler.yaml").read_text(encoding="utf-8"))
    project.session("gift", path="shops/sessions/gift.yaml", expiry="never")
    quiet, loud = told(runner.run(command="plan", working_directory="shops"))
    assert "Error: " in quiet
    assert loud.startswith("::error file=shops/sessions/gift.yaml,line=9,col=9,")


def test_a_manifest_cannot_speak_to_the_runner(project: Shop, runner: Runner) -> None:
    project.session("cart", name='"A\\n::error::owned"', selector="$Session{details}{email}")
    project.write("sessions/\n::error::owned.yaml", "nmae: x\n")
    for job in (runner.run(command="plan"), runner.run(command="plan", paths="sessions/cart.yaml")):
        quiet, loud = told(job)
        assert "owned" in quiet
        notes = loud[: loud.index("Wrote") if "Wrote" in loud else loud.index("Updated")].splitlines()
        assert notes
        assert all(re.fullmatch(r"::(error|warning|notice) [^:]+::.+", note) for note in notes)
        assert job.outputs["run"]["exit_code"] in {"0", "3"}


def test_a_saved_plan_is_applied_as_it_was_made(project: Shop, runner: Runner) -> None:
    project.session("cart", expiry=14)
    planned = runner.run(command="plan", paths="sessions", plan_file="plan.json", comment="false")
    assert planned.outputs["run"]["plan_file"] == "plan.json"
    project.session("cart", expiry=21)
    applied = runner.run(command="apply", paths="sessions", plan_file="plan.json")
    assert applied.failed == ""
    assert applied.outputs["run"]["applied"] == "1"
    spec = project.records(product="storefront")["cart"].spec
    assert spec
    assert spec.expiry == 14
    assert "### reconciler apply: local" in applied.summary
    again = runner.run(command="apply", plan_file="plan.json")
    assert again.failed == f"{END}: 5"


def test_inputs_reach_reconciler_as_they_are(project: Shop, runner: Runner) -> None:
    hostile = "$(touch owned); `touch owned`; ${IFS}touch owned"
    (project.root / f"{hostile} working_directory").mkdir()
    for name in ("target", "plan_file", "token", "working_directory"):
        runner.run(command="plan", **{name: f"{hostile} {name}"})
    runner.run(command=hostile)
    runner.run(command="plan", args=f'"{hostile}"')
    runner.run(command="plan", paths=f'"{hostile}" --help')
    assert not list(project.root.rglob("owned"))
    assert not list(runner.home.rglob("owned"))


def test_it_installs_itself(runner: Runner) -> None:
    runner.run(command="plan")
    assert runner.installed[-1] == str(ROOT)


def test_a_command_that_is_none_says_so(runner: Runner) -> None:
    job = runner.run(command="destroy")
    assert job.failed == f"{END}: 64"
    assert (
        "::error title=Wrong input::The input `command` is 'destroy'; it must be one of plan, apply, drift." in job.log
    )


def test_drift_keeps_one_issue_open_and_closes_it(project: Shop, runner: Runner) -> None:
    with project.hand(product="storefront") as registry:
        registry.update("cart", {"name": "By hand"}, revision=1)
    runner.event = {"schedule": "17 * * * *"}
    for _ in range(2):
        job = runner.run(command="drift", target="local")
        assert job.failed == f"{END}: 2"
        assert job.outputs["run"]["has_drift"] == "true"
    (issue,) = runner.github["issues"]
    assert issue["title"] == "Drift: session types of local"
    assert issue["body"].startswith("<!-- reconciler:drift:local -->\n### reconciler drift: local")
    assert "alice" in issue["body"]
    assert (issue["state"], issue["edits"]) == ("open", 1)
    assert runner.run(command="drift", target="local", args="--registry http://127.0.0.1:1").failed == f"{END}: 7"
    assert runner.github["issues"] == [issue], "an unreachable registry says nothing about drift"
    project.ok("apply", "--auto-approve")
    for _ in range(2):
        assert runner.run(command="drift", target="local").failed == ""
    (closed,) = runner.github["issues"]
    assert (closed["state"], closed["state_reason"]) == ("closed", "completed")
    (comment,) = runner.github["comments"]
    assert "no drift any more" in comment["body"]


def test_drift_that_comes_back_opens_a_new_issue(project: Shop, runner: Runner) -> None:
    for revision in (1, 3):
        with project.hand(product="storefront") as registry:
            registry.update("cart", {"name": "By hand"}, revision=revision)
        assert runner.run(command="drift").failed == f"{END}: 2"
        project.ok("apply", "--auto-approve")
        assert runner.run(command="drift").failed == ""
    assert [each["state"] for each in runner.github["issues"]] == ["closed", "closed"]
    assert runner.run(command="drift", issue="false").failed == ""
