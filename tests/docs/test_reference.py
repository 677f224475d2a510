"""The reference is what the code would make: a page that is out of date fails here."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click import Command, Context

from docs.generate import pages
from docs.generate.__main__ import REFERENCE, outdated
from docs.generate.cli_page import commands
from docs.generate.http_page import openapi
from docs.generate.plan_page import undescribed
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.front_page import COMMANDS
from reconciler.cli.main import cli
from tests.docs.executed import ROOT

_COMMANDS = {
    context.command_path: command
    for command, context in commands(cli, Context(cli, info_name="reconciler", **cli.context_settings))
}


def test_every_page_is_as_the_code_makes_it() -> None:
    assert outdated(REFERENCE) == [], "run `python -m docs.generate`"


def test_a_page_that_was_edited_missed_or_left_over_is_out_of_date(tmp_path: Path) -> None:
    for name, text in pages().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert outdated(tmp_path) == []
    (tmp_path / "cli.md").write_text("Edited", encoding="utf-8")
    (tmp_path / "python.md").unlink()
    (tmp_path / "old.md").write_text("Left over", encoding="utf-8")
    assert outdated(tmp_path) == ["cli.md", "old.md", "python.md"]


def test_the_check_is_one_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "docs.generate", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def _section(path: str) -> str:
    (found,) = re.findall(rf"^## {path}\n(.*?)(?=^## |\Z)", pages()["cli.md"], re.DOTALL | re.MULTILINE)
    return str(found)


@pytest.mark.parametrize("path", _COMMANDS)
def test_a_command_has_its_options_an_example_and_its_exit_codes(path: str) -> None:
    section, command = _section(path), _COMMANDS[path]
    shared = {each.name for each in cli.params}
    for parameter in command.params:
        if parameter.name not in shared and parameter.param_type_name == "option":
            assert f"- `{', '.join(parameter.opts)}" in section
    assert re.search(rf"```sh\n.*reconciler {path.split()[1]}\b", section)
    listed = re.findall(r"^- `(\d+)`: \w", section.partition("Exit codes:\n")[2], re.MULTILINE)
    assert {int(code) for code in listed} <= {int(code) for code in ExitCode}
    assert {"0", "64"} <= set(listed)


def test_no_command_is_left_out() -> None:
    assert {path.split()[1] for path in _COMMANDS} == set(COMMANDS)


@pytest.mark.parametrize("command", _COMMANDS.values(), ids=list(_COMMANDS))
def test_every_option_says_what_it_does(command: Command) -> None:
    options = [each.to_info_dict() for each in command.params if each.param_type_name == "option"]
    assert [each["name"] for each in options if not each["help"]] == []


def test_every_key_of_the_documents_has_a_meaning() -> None:
    assert undescribed() == []


def test_every_call_of_the_api_is_told() -> None:
    page = pages()["http-api.md"]
    for path, methods in openapi()["paths"].items():
        for method in methods:
            assert f"`{method.upper()} {path}`, role: " in page


def test_the_schema_of_manifests_is_json() -> None:
    assert json.loads(pages()["manifest.schema.json"])["title"] == "Session type manifest"
