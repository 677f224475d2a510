"""Tools that others made for Terraform's plans read ours as it is. Each is installed apart: its pins are its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

BOUND = 300  # seconds after which an installation or a tool counts as hanging
REPOSITORY = Path(__file__).parents[2]
MANIFEST = """\
name: Shopper
tag: {tag}
schema: {{userId: user_123, apiKey: s3cr3t}}
selector: $Session{{userId}}
expiry: {expiry}
period: days
lifecycle: {{sensitive: [schema.apiKey]}}
"""
FEATURE = """\
Feature: Session types
  Scenario: No session lives too long
    Given I have session_type defined
    Then it must have expiry
    And its value must be less than {limit}
"""
POLICY = """\
package plan
deny contains message if {
  some entry in input.resource_changes
  entry.type == "session_type"
  "delete" in entry.change.actions
  message := sprintf("%s would be deleted", [entry.name])
}
deny contains message if {
  some entry in input.resource_changes
  entry.change.after.expiry < entry.change.before.expiry
  message := sprintf("%s would live shorter", [entry.name])
}
"""
EVALUATE = """\
import json, sys
from regopy import Interpreter
rego = Interpreter()
rego.add_module("plan", open("policy.rego").read())
rego.set_input(json.load(open("plan.json")))
print(rego.query("data.plan.deny"))
"""


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program without anything of this test run in its environment."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV_"))}
    return subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True, timeout=BOUND, check=False
    )


def installed(folder: Path, requirement: str) -> Path:
    """Install a tool in a virtual environment of its own, and return where its programs are."""
    venv.create(folder, with_pip=False)
    programs = folder / "bin"
    pip = (sys.executable, "-m", "pip", "--python", programs / "python", "--disable-pip-version-check")
    done = run(*pip, "install", "--quiet", "--no-compile", requirement, cwd=folder)
    assert done.returncode == 0, done.stderr
    return programs


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """Return a saved plan that creates, updates and deletes, made by the program itself."""
    root = tmp_path / "project"
    (root / "sessions").mkdir(parents=True)

    def reconciler(*arguments: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
        line = [sys.executable, "-m", "reconciler", *arguments]
        subprocess.run(line, cwd=root, env=environment, check=True, capture_output=True, timeout=BOUND)

    def write(tag: str, expiry: int) -> Path:
        file = root / "sessions" / f"{tag}.yaml"
        file.write_text(MANIFEST.format(tag=tag, expiry=expiry), encoding="utf-8")
        return file

    write("kept", 7)
    gone = write("gone", 7)
    reconciler("apply", "sessions", "--auto-approve")
    gone.unlink()
    write("kept", 3)
    write("new", 30)
    reconciler("plan", "sessions", "--prune", "--out", "plan.json", "--report", "json=report.json")
    return root / "plan.json"


def test_terraform_compliance_checks_a_plan(plan: Path, tmp_path: Path) -> None:
    tool = installed(tmp_path / "tool", "terraform-compliance==1.16.0") / "terraform-compliance"
    before = plan.read_bytes()
    for file, name, limit, passes in ((plan, "wide", 31, True), (plan.with_name("report.json"), "narrow", 30, False)):
        features = tmp_path / name
        features.mkdir()
        (features / "lifetime.feature").write_text(FEATURE.format(limit=limit))
        done = run(tool, "--features", features, "--planfile", file, cwd=tmp_path)
        assert (done.returncode == 0) is passes, done.stdout
        assert f"1 features ({'1 passed' if passes else '0 passed, 1 failed'})" in plain(done.stdout), done.stdout
    assert plan.read_bytes() == before, "it writes a plan anew that has more than one line"


def test_tf_peek_reports_a_plan(plan: Path, tmp_path: Path) -> None:
    tool = installed(tmp_path / "tool", "tf-peek==1.3.0") / "tf-peek"
    done = run(tool, plan, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "| `session_type` | ${\\color{red}1}$ |  | 1 | 1 | **3** |" in done.stdout
    for address in ("session_type.new", "session_type.kept", "session_type.gone"):
        assert address in done.stdout
    assert "(sensitive value)" in done.stdout, "it knows what is sensitive by the shadow trees"
    assert "s3cr3t" not in done.stdout


def test_a_rego_policy_for_plans_judges_a_plan(plan: Path, tmp_path: Path) -> None:
    python = installed(tmp_path / "tool", "regopy==1.5.2") / "python"
    (plan.parent / "policy.rego").write_text(POLICY)
    done = run(python, "-c", EVALUATE, cwd=plan.parent)
    assert done.returncode == 0, done.stderr
    (denied,) = json.loads(done.stdout)["expressions"]
    assert sorted(denied) == ["gone would be deleted", "kept would live shorter"]


def plain(text: str) -> str:
    """Return a text without colour."""
    return "".join(part.partition("m")[2] if at else part for at, part in enumerate(text.split("\x1b[")))
