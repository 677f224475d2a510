"""Pages whose blocks are executed: a comment above a block says what it is.

`<!-- console -->` holds commands (`$ …`) with what they write, `<!-- file: PATH -->` a file that is written there, and
`<!-- serve -->` the command of a server that runs from there on. Blocks with other markers are for `blocks_of`.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
# The address that pages name; a test's server has another one.
SERVER = "http://127.0.0.1:8080"
_STOP = "\x1e"
_MARKED = re.compile(r"<!-- (console(?:: start)?|serve|file: (?P<file>\S+)) -->\n```\w*\n(?P<text>.*?)```", re.DOTALL)
# A command, which goes on after a backslash at the end of its line, and the rest.
_COMMAND = re.compile(r"((?:[^\n]*\\\n)*[^\n]*)\n?(.*)", re.DOTALL)
_MOVING = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "TIME"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"), "TIME"),
    (re.compile(r"\b[0-9a-f]{7,40}\b"), "COMMIT"),
)


@dataclass(frozen=True)
class Step:
    """A command, and what the page says that it writes; `file` is the file that a step writes which shows nothing."""

    command: str
    output: str = ""
    file: str = ""

    def at(self, url: str) -> Step:
        """Return the step against the server at `url`."""
        return replace(self, command=self.command.replace(SERVER, url))


def blocks_of(page: str, marker: str) -> list[str]:
    """Return the blocks below a marker."""
    return re.findall(rf"<!-- {marker} -->\n```\w*\n(.*?)```", page, re.DOTALL)


def steps_of(page: str) -> list[Step]:
    """Return what a page does, in its order."""
    return [step for block in _MARKED.finditer(page) for step in _of_block(block)]


def _of_block(block: re.Match[str]) -> Iterator[Step]:
    text = block["text"]
    if file := block["file"]:
        folder = shlex.quote(str(Path(file).parent))
        yield Step(f"mkdir -p {folder}\ncat > {shlex.quote(file)} <<'END'\n{text}END", file=file)
    elif block[1] != "serve":
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            split = _COMMAND.fullmatch(part)
            assert split is not None
            yield Step(*split.groups())


def parts_of(page: str) -> tuple[str, str]:
    """Return a page's parts before and after its server starts."""
    before, _, after = page.partition("<!-- serve -->")
    return before, after


def still(text: str) -> str:
    """Return a text with what differs from run to run replaced."""
    for moving, name in _MOVING:
        text = moving.sub(name, text)
    return text.strip()


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return an environment that says nothing of this machine, with the commands of this Python on the path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RECONCILER_", "GIT_"))}
    path = os.pathsep.join([str(BIN), more.pop("PATH", ""), os.environ["PATH"]])
    git = {f"GIT_{who}_{what}": text for who in ("AUTHOR", "COMMITTER") for what, text in _ADA.items()}
    own = {"PATH": path, "XDG_CACHE_HOME": str(folder / "cache"), "GIT_CONFIG_GLOBAL": os.devnull}
    return {**kept, **git, **own, "GIT_CEILING_DIRECTORIES": str(folder.parent), **more}


_ADA = {"NAME": "Ada Lovelace", "EMAIL": "ada@example.com"}


def run_steps(steps: Sequence[Step], folder: Path, **more: str) -> list[str]:
    """Run commands in one shell, as ada, and return what each writes to stdout and stderr."""
    script = "".join(f"{step.command}\n_status=$?; printf '{_STOP}'; (exit $_status)\n" for step in steps)
    done = subprocess.run(
        ["bash", "-c", f"exec 2>&1\n{script}"],
        cwd=folder,
        env=environment(folder, RECONCILER_ACTOR="ada@laptop", NO_COLOR="1", **more),
        capture_output=True,
        check=False,
        timeout=120,
    )
    return done.stdout.decode().split(_STOP)[: len(steps)]


def followed(page: Path, folder: Path, *, update: bool) -> tuple[list[Step], list[str]]:
    """Do what a page does, and return its steps with what each really writes. With `update` the page then says that."""
    text = page.read_text(encoding="utf-8")
    outputs = run_steps(steps_of(text), folder)
    if update:
        page.write_text(with_outputs(text, outputs), encoding="utf-8")
    return steps_of(page.read_text(encoding="utf-8")), outputs


def bash(script: str, folder: Path, **more: str) -> str:
    """Run a script that must end well, and return its stdout."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def served(command: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Run a page's server on a free port; give its URL and the token that it prints."""
    program, *arguments = shlex.split(command)
    with subprocess.Popen(
        [str(BIN / program), *arguments, "--port", "0"],
        cwd=folder,
        env=environment(folder),
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stderr is not None
        secret, url = "", ""
        for line in server.stderr:
            secret = line.strip() if line.strip().startswith("rct_") else secret
            if found := re.search(r'"url": "([^"]+)"', line):
                url = found[1]
                break
        try:
            yield url, secret
        finally:
            server.terminate()
            server.communicate(timeout=60)


def with_outputs(page: str, outputs: Sequence[str]) -> str:
    """Return a page with what its steps really write, where it says something else."""
    really = iter(outputs)

    def anew(block: re.Match[str]) -> str:
        pairs = [(step, next(really)) for step in _of_block(block)]
        if not block[1].startswith("console"):
            return block[0]
        shown = "".join(f"$ {step.command}\n{_shown(step, output)}" for step, output in pairs)
        return block[0].replace(block["text"], shown)

    return _MARKED.sub(anew, page)


def _shown(step: Step, output: str) -> str:
    """Return an output as the page shows it: a line that differs only in what moves stays as it is there."""
    there = {still(line): line for line in step.output.splitlines()}
    return "".join(f"{there.get(still(line), line)}\n" for line in output.strip("\n").splitlines())
