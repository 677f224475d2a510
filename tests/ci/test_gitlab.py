"""GitLab's template: GitLab takes it, and its jobs' script lines run in bash as the runner would run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from check_jsonschema import main as check_jsonschema  # type: ignore[import-untyped]
from click.testing import CliRunner
from ruamel.yaml import YAML

from tests.ci.runner import ROOT

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

FILE = ROOT / "docs" / "ci" / "gitlab-ci.yml"
TEMPLATE: dict[str, Any] = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))
VARIABLES: dict[str, str] = TEMPLATE["variables"]
JOBS = {name.partition(":")[2]: job for name, job in TEMPLATE.items() if name.startswith("session-types:")}


class Pipeline:
    """Runs jobs in the project's folder, which keeps the artifacts from one to the next."""

    def __init__(self, shop: Shop, tools: Path) -> None:
        self.shop, self.tools = shop, tools
        tools.mkdir()
        scripts = {
            "pip": f'#!/bin/sh\nprintf "%s\\n" "$@" > {tools}/installed\n',
            "reconciler": f'#!/bin/sh\nexec {sys.executable} -m reconciler "$@"\n',
        }
        for name, text in scripts.items():
            (tools / name).write_text(text, encoding="utf-8")
            (tools / name).chmod(0o755)

    def run(self, job: str) -> int:
        """Run a job's lines; every artifact of it must be there afterwards, however it ended."""
        lines = [*TEMPLATE[JOBS[job]["extends"]]["before_script"], *JOBS[job]["script"]]
        path = f"{self.tools}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", "\n".join(lines)],
            cwd=self.shop.root,
            env={**os.environ, **VARIABLES, "PATH": path, "PYTHONPATH": str(ROOT), "CI": "true"},
            check=False,
            timeout=120,
        )
        for file in artifacts(job):
            assert (self.shop.root / file).is_file(), file
        return done.returncode

    def report(self, name: str) -> Any:
        return json.loads((self.shop.root / f"session-types.{name}.json").read_text(encoding="utf-8"))


def artifacts(job: str) -> list[str]:
    kept = JOBS[job]["artifacts"]
    assert kept["when"] == "always"
    saved = [file for file in kept.get("paths", ()) if not file.endswith(".plan.json")]
    return [*saved, *kept["reports"].values()]


@pytest.fixture
def pipeline(project: Shop, tmp_path: Path) -> Pipeline:
    file = project.root / "reconciler.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("local:", "production:"), encoding="utf-8")
    return Pipeline(project, tmp_path / "tools")


def test_it_is_what_gitlab_takes_for_a_pipeline() -> None:
    done = CliRunner().invoke(check_jsonschema, ["--builtin-schema", "vendor.gitlab-ci", str(FILE)])
    assert done.exit_code == 0, done.output
    assert {job["stage"] for job in JOBS.values()} == set(TEMPLATE["stages"])


def test_a_merge_request_sees_the_problems_of_its_manifests(pipeline: Pipeline) -> None:
    assert pipeline.run("validate") == 0
    assert pipeline.report("codequality") == []
    pipeline.shop.session("cart", expiry="never")
    assert pipeline.run("validate") == 3
    (problem,) = pipeline.report("codequality")
    assert problem["location"] == {"path": "sessions/cart.yaml", "lines": {"begin": 9}}
    assert pipeline.run("plan") == 3, "its reports are there all the same"


def test_what_was_planned_is_applied_and_then_there_is_no_drift(pipeline: Pipeline) -> None:
    pipeline.shop.session("cart", expiry=14)
    assert pipeline.run("plan") == 0
    assert pipeline.report("terraform") == {"create": 0, "update": 1, "delete": 0}
    assert (pipeline.tools / "installed").read_text(encoding="utf-8").split()[
        -1
    ] == "git+https://github.com/your-org/reconciler@v0.1.0"
    assert pipeline.run("apply") == 0
    assert pipeline.run("apply") == 5, "a plan is applied once"
    assert pipeline.run("drift") == 0
    with pipeline.shop.hand(product="storefront") as registry:
        registry.update("cart", {"name": "By hand"}, revision=2)
    assert pipeline.run("drift") == 2
    (failure,) = ET.parse(pipeline.shop.root / "session-types.junit.xml").iter("failure")  # noqa: S314 - our own
    assert "alice" in failure.attrib["message"]


def test_one_apply_at_a_time_and_none_cut_short() -> None:
    assert JOBS["apply"]["resource_group"] == JOBS["drift"]["resource_group"]
    assert JOBS["apply"]["interruptible"] is False
    assert JOBS["apply"]["needs"] == ["session-types:plan"]


def test_only_a_schedule_runs_the_drift_job_and_only_a_person_the_apply_job() -> None:
    assert JOBS["drift"]["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "schedule"'}]
    (rule,) = JOBS["apply"]["rules"]
    assert rule["when"] == "manual"
    for name in ("validate", "plan", "apply"):
        for each in JOBS[name]["rules"]:
            assert 'CI_PIPELINE_SOURCE != "schedule"' in each["if"] or "merge_request_event" in each["if"]
