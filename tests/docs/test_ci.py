"""The page on CI: its commands run, and its tables and files are as the program has them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from check_jsonschema import main as check_jsonschema  # type: ignore[import-untyped]
from click import Command, Context
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.front_page import COMMANDS
from reconciler.cli.main import cli
from reconciler.plan import OutcomeEntry, PlanDocument
from reconciler.render import render_as
from tests.github_files import read_output_file
from tests.render import cases

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
ACTION = YAML(typ="safe").load((ROOT / "action.yml").read_text(encoding="utf-8"))
MANIFEST = """\
name: Shopper
tag: cart
schema: {userId: user_123}
selector: $Session{userId}
expiry: 7
period: days
"""


def block(name: str) -> str:
    (found,) = re.findall(rf"<!-- {name} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    (root / "sessions").mkdir(parents=True)
    (root / "sessions" / "cart.yaml").write_text(MANIFEST, encoding="utf-8")
    (root / "reconciler.yaml").write_text("product: storefront\nmanifests: [sessions/]\n", encoding="utf-8")
    return root


def bash(script: str, folder: Path) -> str:
    """Run a block as a CI job would: any command that fails ends it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RECONCILER_", "GITHUB_"))}
    own = {
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    script = f'reconciler() {{ {sys.executable} -m reconciler "$@"; }}\n{script}'
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={**kept, **own},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_three_commands_do_for_any_ci(folder: Path) -> None:
    out = bash(block("run: any"), folder)
    assert "Apply complete! Session types: 1 created, 0 updated, 0 deleted." in out
    assert {file.name for file in folder.glob("plan.*")} == {"plan.json", "plan.md", "plan.xml"}
    assert bash(block("run: three ways"), folder).endswith("Nothing to do.\n")
    (folder / "sessions" / "cart.yaml").write_text(MANIFEST.replace("7", "14"), encoding="utf-8")
    assert bash(block("run: three ways"), folder).endswith("There is a plan to approve.\n")
    (folder / "sessions" / "cart.yaml").write_text(MANIFEST.replace("7", "never"), encoding="utf-8")
    with pytest.raises(AssertionError, match="Error"):
        bash(block("run: three ways"), folder)


def test_github_is_told_without_the_action(folder: Path) -> None:
    assert "has_changes=true" in bash(block("run: github"), folder)
    assert read_output_file(folder / "output")["create"] == "1"
    assert "### reconciler plan" in (folder / "summary").read_text(encoding="utf-8")


def test_metrics_are_written_and_the_table_names_each(folder: Path) -> None:
    bash("reconciler apply --auto-approve", folder)
    bash(block("run: metrics"), folder)
    text = (folder / "reconciler.prom").read_text(encoding="utf-8")
    done: list[OutcomeEntry] = [{"name": "a", "action": "create", "status": "done", "error": None}]
    document: PlanDocument = {**cases.create(), "outcomes": done}
    document["resource_changes"][0]["live_sessions"] = 1
    written = {
        family.name
        for each in (text, render_as("metrics", document))
        for family in text_string_to_metric_families(each)
    }
    assert set(re.findall(r"`(reconciler_\w+?)(?:\{\w+\})?`", PAGE)) == written
    rules = YAML(typ="safe").load(block("alerts"))["groups"][0]["rules"]
    assert all(set(re.findall(r"reconciler_\w+", rule["expr"])) <= written for rule in rules)


def test_the_schema_is_where_the_modeline_looks_for_it(folder: Path) -> None:
    bash(block("run: editors"), folder)
    manifest = folder / "sessions" / "user.yaml"
    manifest.write_text(block("modeline"), encoding="utf-8")
    named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", block("modeline"))
    assert named
    schema = (manifest.parent / named[1]).resolve()
    done = CliRunner().invoke(check_jsonschema, ["--schemafile", str(schema), str(manifest)])
    assert done.exit_code == 0, done.output
    bash("reconciler validate && reconciler fmt --check", folder)
    assert f"./{schema.name}" in json.loads(block("settings"))["yaml.schemas"]


def test_the_hooks_are_those_of_the_repository() -> None:
    hooks = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    (repository,) = YAML(typ="safe").load(block("pre-commit"))["repos"]
    assert {each["id"] for each in repository["hooks"]} == {each["id"] for each in hooks}


def test_the_workflow_asks_for_outputs_that_the_action_has() -> None:
    first, second = YAML(typ="safe").load(block("workflow"))
    assert set(first["with"]) <= set(ACTION["inputs"])
    asked = re.findall(rf"steps\.{first['id']}\.outputs\.(\w+)", second["if"])
    assert asked
    assert set(asked) <= set(ACTION["outputs"])


def test_the_table_has_every_exit_code() -> None:
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)] == sorted(ExitCode)


def test_every_option_that_is_named_exists() -> None:
    known = {"--version"}
    for name in COMMANDS:
        command: Any = cli.get_command(Context(cli, **cli.context_settings), name)
        assert isinstance(command, Command)
        known |= {spelled for parameter in command.params for spelled in parameter.opts}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", PAGE)) <= known


def test_the_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!https:)([^)]+)\)", PAGE):
        path, _, heading = target.partition("#")
        file = ROOT / "docs" / path
        assert file.exists(), target
        if heading:
            titles = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in {title.lower().replace(" ", "-") for title in titles}
