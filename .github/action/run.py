"""The action's main step: runs reconciler and leaves its report for the steps that tell of it.

It ends well whatever reconciler comes to; the exit code is an output, and the action's last step ends with it. Only the
standard library, and only what the step's environment says.
"""

from __future__ import annotations

import os
import re
import secrets
import shlex
import subprocess
import sys
from pathlib import Path

COMMANDS = ("plan", "apply", "drift")
MOST_BYTES = 60_000  # a comment takes 65,536 characters, and gets a line or two of ours
USAGE = 64
_FILE = re.compile(r"^(::\w+ )file=([^,:]*)", re.MULTILINE)


def arguments(markdown: Path, notes: Path) -> list[str]:
    """Return reconciler's command line. Raises ValueError for inputs that make none."""
    command, target, plan_file = (_input(name) for name in ("COMMAND", "TARGET", "PLAN_FILE"))
    if command not in COMMANDS:
        raise ValueError(f"The input `command` is {command!r}; it must be one of {', '.join(COMMANDS)}.")
    line = [command, "--report", f"markdown={markdown}", "--max-bytes", str(MOST_BYTES), "--report", f"github={notes}"]
    if target:
        line += ["--target", target]
    if plan_file:
        line += {"plan": ["--out", plan_file], "apply": ["--plan", plan_file]}.get(command, [])
    if command == "apply":
        line.append("--auto-approve")
    line += _words("ARGS")
    is_saved = command == "apply" and plan_file  # a saved plan names its manifests itself
    return [*line, "--", *([] if is_saved else _words("PATHS"))]


def run(line: list[str]) -> int:
    """Run reconciler. What it prints holds users' text, so the runner may obey nothing of it."""
    environment = dict(os.environ)
    if token := environment.pop("INPUT_TOKEN", ""):
        environment["RECONCILER_TOKEN"] = token
    environment.setdefault("RECONCILER_ACTOR", f"{os.environ.get('GITHUB_ACTOR', 'unknown')}@github")
    resume = secrets.token_hex(16)
    _say(f"::stop-commands::{resume}")
    done = subprocess.run([sys.executable, "-m", "reconciler", *line], env=environment, check=False)
    _say(f"::{resume}::")
    return done.returncode


def located(notes: str) -> str:
    """Return annotations whose paths begin at the repository, where GitHub looks for them."""
    here = os.path.relpath(Path.cwd(), os.environ.get("GITHUB_WORKSPACE", "."))
    return _FILE.sub(lambda found: f"{found[1]}file={os.path.normpath(os.path.join(here, found[2]))}", notes)  # noqa: PTH118 - text, no path yet


def _input(name: str) -> str:
    return os.environ.get(f"INPUT_{name}", "").strip()


def _words(name: str) -> list[str]:
    try:
        return shlex.split(_input(name))
    except ValueError as error:
        raise ValueError(f"The input `{name.lower()}` can't be read as a command line: {error}.") from error


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run it, print the annotations, and tell the later steps."""
    folder = Path(os.environ["RUNNER_TEMP"]) / "reconciler-report"
    folder.mkdir(exist_ok=True)
    markdown, notes = folder / "report.md", folder / "notes"
    for file in (markdown, notes):
        file.unlink(missing_ok=True)
    try:
        code = run(arguments(markdown, notes))
    except ValueError as error:
        _say(f"::error title=Wrong input::{str(error).replace('%', '%25').replace(chr(10), '%0A')}")
        code = USAGE
    if notes.exists():
        _say(located(notes.read_text(encoding="utf-8")).rstrip("\n"))
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as outputs:
        outputs.write(f"exit_code={code}\nreport={markdown}\n")


if __name__ == "__main__":
    main()
