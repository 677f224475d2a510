"""The README's blocks, executed: what it shows is what happens."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from reconciler.cli.front_page import COMMANDS
from reconciler.cli.main import run
from tests.docs.executed import ROOT, Step, blocks_of, followed, run_steps, steps_of, still

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["README.md", "docs/index.md"])
def test_the_console_blocks_happen_as_they_are_shown(page: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    run_steps([Step("reconciler apply examples/sessions --auto-approve --parallelism 1")], tmp_path)
    steps, outputs = followed(ROOT / page, tmp_path, update=request.config.getoption("--update-golden"))
    for step, output in zip(steps, outputs, strict=True):
        assert still(output) == still(step.output), step.command


def test_the_readme_shows_the_way_from_a_plan_to_a_mistake() -> None:
    assert len(steps_of(README)) >= 7


def test_the_manifest_is_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (manifest,) = blocks_of(README, "manifest")
    (tmp_path / "user.yaml").write_text(manifest, encoding="utf-8")
    assert run(["validate", "user.yaml"]) == 0


def test_the_project_file_is_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (project,) = blocks_of(README, "project")
    (tmp_path / "reconciler.yaml").write_text(project, encoding="utf-8")
    shutil.copytree(ROOT / "examples" / "sessions", tmp_path / "sessions")
    overlays = tmp_path / "overlays" / "production"
    overlays.mkdir(parents=True)
    (overlay,) = blocks_of(README, "overlay")
    (overlays / "user.yaml").write_text(overlay, encoding="utf-8")
    assert run(["validate"]) == 0
    assert run(["plan"]) == 0


@pytest.mark.parametrize("name", ["install", "test"])
def test_each_command_is_one_line(name: str) -> None:
    (block,) = blocks_of(README, f"command: {name}")
    assert len(block.strip().splitlines()) == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_names_every_command(command: str) -> None:
    assert f"reconciler {command}" in README or f"**`{command}`**" in README or f"`{command}`" in README
