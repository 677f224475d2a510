"""The other pages: their blocks are executed, their links and headings are there, and the menu has them all."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest
from click import Context
from ruamel.yaml import YAML

from docs.generate.cli_page import commands
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.main import cli
from reconciler.cli.variables import VARIABLES
from reconciler.plan import Guard, Origin, Risk
from reconciler.project import TOKEN_VARIABLE
from reconciler.project.fields import GuardFields, ProjectFields, TargetFields
from reconciler.session_type import FIELDS
from tests.docs.executed import ROOT, bash, blocks_of, followed, steps_of, still

DOCS = ROOT / "docs"
PAGES = sorted(file.relative_to(DOCS).as_posix() for file in DOCS.rglob("*.md"))

_FOREIGN = {"--now", "--unshallow"}  # systemctl's and git's


def _text(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def _listed(page: str) -> set[str]:
    """Return what the first column of a page's tables names."""
    rows = re.findall(r"^\| (.*?) \|", _text(page), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"[`*]{1,2}([a-z0-9_-]+)", row)}


def test_the_project_of_the_manifest_page_is_as_it_is_shown(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    steps, outputs = followed(DOCS / "manifests.md", tmp_path, update=request.config.getoption("--update-golden"))
    assert len(steps) >= 7
    for step, output in zip(steps, outputs, strict=True):
        assert still(output) == still(step.output), step.command


def test_the_manifest_page_names_every_field() -> None:
    targets = {*TargetFields.model_fields, *GuardFields.model_fields}
    assert {*FIELDS, "lifecycle", *ProjectFields.model_fields} <= _listed("manifests.md")
    assert all(f"`{name}`" in _text("manifests.md") or f".{name}`" in _text("manifests.md") for name in targets)


@pytest.mark.parametrize(("changes", "said"), [("", "Nothing to do."), ("s/: 7/: 8/", "Changes: review plan.json.")])
def test_the_pipeline_of_the_exit_code_page_tells_changes_from_none(changes: str, said: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples" / "sessions", tmp_path / "sessions")
    (tmp_path / "reconciler.yaml").write_text("manifests: [sessions/]\n", encoding="utf-8")
    bash("reconciler apply --auto-approve", tmp_path)
    bash(f"sed -i.bak '{changes}' sessions/user-session.yaml", tmp_path)
    (script,) = blocks_of(_text("exit-codes.md"), "run")
    assert said in bash(script, tmp_path)


def test_the_exit_code_page_has_every_code() -> None:
    rows = re.findall(r"^\| `(\d+)` \|", _text("exit-codes.md"), re.MULTILINE)
    assert rows == [str(int(code)) for code in ExitCode]


def test_the_concepts_page_has_every_guard_risk_and_origin() -> None:
    listed = _listed("concepts.md")
    assert set(Guard) <= listed
    assert set(Risk) <= listed
    assert all(f"**{origin}**" in _text("concepts.md") for origin in Origin)


def test_the_python_page_applies_a_folder(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples" / "sessions", tmp_path / "sessions")
    (script,) = blocks_of(_text("reference/python.md"), "python")
    (tmp_path / "run.py").write_text(script, encoding="utf-8")
    written = bash(f"PYTHONPATH={ROOT} {sys.executable} run.py", tmp_path)
    assert "user-session done" in written.splitlines()


def test_the_menu_has_every_page_once() -> None:
    menu = YAML(typ="safe").load(ROOT / "mkdocs.yml")["nav"]
    assert sorted(_pages_of(menu)) == PAGES


def _pages_of(menu: object) -> list[str]:
    match menu:
        case str():
            return [menu]
        case list():
            return [page for entry in menu for page in _pages_of(entry)]
        case dict():
            return [page for entry in menu.values() for page in _pages_of(entry)]
    raise AssertionError(menu)


@pytest.mark.parametrize("page", ["../README.md", "../CONTRIBUTING.md", *PAGES])
def test_its_links_lead_to_a_file_and_a_heading(page: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", _text(page), flags=re.DOTALL)):
        if target.startswith("https://"):
            continue  # no test leaves this machine
        file, _, anchor = target.partition("#")
        there = (DOCS / page).parent / file if file else DOCS / page
        assert there.exists(), target
        if anchor:
            assert anchor in _anchors(there.read_text(encoding="utf-8")), target


def _anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and the site's builder both make them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^a-z0-9_ -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", [page for page in PAGES if not page.startswith("reference/")])
def test_every_option_and_variable_that_it_names_exists(page: str) -> None:
    prose = re.sub(r"```.*?```", "", _text(page), flags=re.DOTALL)
    ours = re.findall(r"^(?:\$ )?(?:\S+=\S+ )*reconciler [^|\n]*", _text(page), re.MULTILINE)
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", "\n".join([prose, *ours])))
    tree = [
        cli,
        *(command for command, _ in commands(cli, Context(cli, info_name="reconciler", **cli.context_settings))),
    ]
    assert named - _FOREIGN <= {spelled for command in tree for each in command.params for spelled in each.opts}
    variables = set(re.findall(r"`(RECONCILER_[A-Z_]+)[`=]", prose)) - {"RECONCILER_TOKEN_EU_WEST"}
    assert variables <= set(VARIABLES)


def test_consoles_are_executed() -> None:
    """A block that shows a command with its output has a marker, so that some test runs it."""
    for page in PAGES:
        shown = len(re.findall(r"^```console$", _text(page), re.MULTILINE))
        marked = len(blocks_of(_text(page), "console(?:: start)?"))
        assert shown == marked, page
    assert sum(len(steps_of(_text(page))) for page in PAGES) >= 30


def test_the_token_variable_is_named_as_the_code_names_it() -> None:
    assert f"`{TOKEN_VARIABLE}`" in _text("reference/cli.md")
