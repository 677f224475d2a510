"""The README's blocks, executed: what it shows is what happens."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.cli.main import COMMANDS, run

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
_STOP = "\x1e"
_MOVING = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "TIME"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"), "TIME"),
)


@dataclass(frozen=True)
class Step:
    command: str
    output: str


def _blocks(marker: str) -> list[str]:
    return re.findall(rf"<!-- {marker} -->\n```\w*\n(.*?)```", README, re.DOTALL)


def _steps() -> list[Step]:
    steps = []
    for block in [*_blocks("console: start"), *_blocks("console")]:
        for part in block.split("$ ")[1:]:
            command, _, output = part.partition("\n")
            steps.append(Step(command, _still(output)))
    return steps


def _still(text: str) -> str:
    for moving, name in _MOVING:
        text = moving.sub(name, text)
    return text.strip()


def _shell(commands: list[str], folder: Path) -> list[str]:
    """Run commands in one shell, and return what each writes to stdout and stderr."""
    script = "".join(f"{command}\n_status=$?; printf '{_STOP}'; (exit $_status)\n" for command in commands)
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "RECONCILER_ACTOR": "ada@laptop",
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        ["bash", "-c", f"exec 2>&1\n{script}"],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=False,
        timeout=120,
    )
    return done.stdout.decode().split(_STOP)[: len(commands)]


def test_the_console_blocks_happen_as_they_are_shown(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    _shell(["reconciler apply examples/sessions --auto-approve --parallelism 1"], tmp_path)
    steps = _steps()
    assert len(steps) >= 7
    outputs = _shell([step.command for step in steps], tmp_path)
    for step, output in zip(steps, outputs, strict=True):
        assert _still(output) == step.output, step.command


def test_the_manifest_is_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (manifest,) = _blocks("manifest")
    (tmp_path / "user.yaml").write_text(manifest, encoding="utf-8")
    assert run(["validate", "user.yaml"]) == 0


def test_the_project_file_is_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (project,) = _blocks("project")
    (tmp_path / "reconciler.yaml").write_text(project, encoding="utf-8")
    shutil.copytree(ROOT / "examples" / "sessions", tmp_path / "sessions")
    overlays = tmp_path / "overlays" / "production"
    overlays.mkdir(parents=True)
    (overlay,) = _blocks("overlay")
    (overlays / "user.yaml").write_text(overlay, encoding="utf-8")
    assert run(["validate"]) == 0
    assert run(["plan"]) == 0


@pytest.mark.parametrize("name", ["install", "test"])
def test_each_command_is_one_line(name: str) -> None:
    (block,) = _blocks(f"command: {name}")
    assert len(block.strip().splitlines()) == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_names_every_command(command: str) -> None:
    assert f"reconciler {command}" in README or f"**`{command}`**" in README or f"`{command}`" in README
