from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.cli.front_page import COMMANDS
from reconciler.cli.main import cli
from reconciler.cli.shell.completing import answer
from reconciler.plan import Guard

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

REPOSITORY = Path(__file__).parents[2]
PROJECT = """\
manifests: [sessions/]
default_target: local
targets:
  local: {registry: "sqlite:///.reconciler/registry.db"}
  production: {registry: "https://registry.invalid"}
"""
SHELLS = ("bash", "zsh", "fish")
SCRIPT = """\
eval "$(reconciler completion bash)"
complete -p reconciler
COMP_WORDS=({words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_reconciler_completion reconciler
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture
def project(shop: Shop) -> Shop:
    """Give a project with two targets and two session types, and the program on the path."""
    shop.write("reconciler.yaml", PROJECT)
    shop.session("cart")
    shop.session("guest")
    program = f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m reconciler "$@"\n'
    shop.write("bin/reconciler", program).chmod(0o755)
    return shop


def _bash(shop: Shop, *words: str) -> list[str]:
    """Complete the last of the words in a bash."""
    path = f"{shop.root / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", SCRIPT.format(words=shlex.join(words))],
        cwd=shop.root,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        check=False,
    )
    told, *completions = done.stdout.decode().splitlines()
    assert told == "complete -o nosort -F _reconciler_completion reconciler", done.stderr.decode()
    return [each for each in completions if each]


@pytest.mark.parametrize(
    ("words", "completions"),
    [
        (("p",), ["plan", "pull"]),
        (("plan", "--target", ""), ["local", "production"]),
        (("--target", "prod"), ["production"]),
        (("plan", "--format", "=", "j"), ["json", "junit"]),
        (("plan", "--report", "mark"), ["markdown="]),
        (("apply", "--allow", "max-"), [guard.value for guard in Guard if guard.startswith("max-")]),
        (("history", "gu"), ["guest"]),
        (("token", ""), ["create", "list", "revoke"]),
        (("completion", ""), list(SHELLS)),
    ],
)
def test_bash_completes_what_this_command_line_knows(
    project: Shop, words: tuple[str, ...], completions: list[str]
) -> None:
    assert _bash(project, "reconciler", *words) == completions


def _answer(monkeypatch: pytest.MonkeyPatch, shop: Shop, *words: str) -> list[str]:
    """Complete the last of the words without a shell."""
    with monkeypatch.context() as patch:
        patch.chdir(shop.root)
        patch.setenv("COMP_WORDS", shlex.join(("reconciler", *words)))
        patch.setenv("COMP_CWORD", str(len(words)))
        return answer(cli, "bash_complete").splitlines()


def test_all_commands_are_offered(project: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _answer(monkeypatch, project, "") == [f"plain,{name}" for name in COMMANDS]


@pytest.mark.parametrize("command", ["pull", "history", "impact"])
def test_tags_come_from_the_manifests_and_no_registry_is_asked(
    project: Shop, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    line = ("--target", "production", command, "")
    assert _answer(monkeypatch, project, *line) == ["plain,cart", "plain,guest"]


@pytest.mark.parametrize("line", [("plan", ""), ("plan", "--out", ""), ("plan", "--report", "markdown=")])
def test_where_a_file_is_due_the_shell_completes_it(
    project: Shop, monkeypatch: pytest.MonkeyPatch, line: tuple[str, ...]
) -> None:
    assert [each.partition(",")[0] for each in _answer(monkeypatch, project, *line)] == ["file"]


@pytest.mark.parametrize("line", [("plan", "--target", ""), ("pull", ""), ("plna", "--target", "")])
def test_a_broken_project_gives_no_values_and_no_noise(
    project: Shop, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, line: tuple[str, ...]
) -> None:
    project.write("reconciler.yaml", "targets: [")
    assert _answer(monkeypatch, project, *line) == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("instruction", ["bash_complete", "zsh_source", "tcsh_complete", "nonsense"])
def test_a_question_that_makes_no_sense_ends_well_and_silently(shop: Shop, instruction: str) -> None:
    done = shop.ok("apply", environment={"_RECONCILER_COMPLETE": instruction})
    assert done.text.strip() == ""


@pytest.mark.parametrize("shell", [shell for shell in SHELLS if shutil.which(shell)])
def test_a_script_is_one_that_its_shell_can_read(shop: Shop, shell: str) -> None:
    script = shop.write("script", shop.ok("completion", shell).out)
    assert subprocess.run([shell, "-n", script], check=False).returncode == 0


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_asks_this_program(shop: Shop, shell: str) -> None:
    assert f"_RECONCILER_COMPLETE={shell}_complete" in shop.ok("completion", shell).out


def test_another_shell_is_wrong_usage(shop: Shop) -> None:
    wrong = shop.run("completion", "tcsh")
    assert wrong.code == 64
    assert "'bash', 'zsh', 'fish'" in wrong.err


@pytest.mark.parametrize("line", [("p",), ("--t",)])
def test_commands_are_completed_without_loading_what_runs_them(project: Shop, line: tuple[str, ...]) -> None:
    program = (
        "import sys; from reconciler.cli.main import run; run(); "
        "print({'pydantic', 'rich', 'httpx', 'sqlalchemy', 'ruamel.yaml', 'reconciler.plan'} & {*sys.modules})"
    )
    words = shlex.join(("reconciler", *line))
    environment = {"_RECONCILER_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": "1"}
    done = project.process(program=("-c", program), environment=environment)
    assert done.out.startswith("plain,")
    assert done.out.endswith("\nset()\n")
