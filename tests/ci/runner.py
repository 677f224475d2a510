"""A runner of composite actions: their shell steps, in order, with the environment that GitHub gives them.

It knows of expressions what the action uses, and fails on any other. `uses` steps are for the real runner; `python3`
is there already, and a `pip` that only writes down what it would install.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.github_files import read_output_file

ROOT = Path(__file__).parents[2]
ACTION = YAML(typ="safe").load((ROOT / "action.yml").read_text(encoding="utf-8"))
BOT = {"login": "github-actions[bot]", "type": "Bot"}
_EXPRESSION = re.compile(r"\${{\s*(.+?)\s*}}")
_SHELL = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"]
_PYTHON = """\
#!/bin/sh
if [ "$1 $2" = "-m venv" ]; then
  mkdir -p "$3/bin"
  printf '#!/bin/sh\\nexec {python} "$@"\\n' > "$3/bin/python"
  printf '#!/bin/sh\\nprintf "%%s\\\\n" "$@" >> {installed}\\n' > "$3/bin/pip"
  chmod +x "$3/bin/python" "$3/bin/pip"
else
  exec {python} "$@"
fi
"""


@dataclass(slots=True)
class Job:
    """What a run of the action came to."""

    failed: str = ""
    log: str = ""
    ran: list[str] = field(default_factory=list)
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    summary: str = ""


class Runner:
    """One runner with a checkout, and a GitHub that remembers comments and issues."""

    def __init__(self, workspace: Path, home: Path) -> None:
        self.workspace, self.home = workspace, home
        self.store = home / "github.json"
        self.event: dict[str, Any] = {"pull_request": {"number": 7, "head": {"sha": "0123456789abcdef"}}}
        self.save({"me": BOT, "may_write": True, "last_id": 0, "comments": [], "issues": [], "calls": []})
        self._tools()

    def save(self, state: dict[str, Any]) -> None:
        self.store.write_text(json.dumps(state), encoding="utf-8")

    @property
    def github(self) -> Any:
        return json.loads(self.store.read_text(encoding="utf-8"))

    @property
    def installed(self) -> list[str]:
        return (self.home / "installed").read_text(encoding="utf-8").splitlines()

    def run(self, **given: str) -> Job:
        """Run the action with these inputs; a dash in a name is an underscore here."""
        inputs = {name: str(spec.get("default", "")) for name, spec in ACTION["inputs"].items()}
        named = {name.replace("_", "-"): value for name, value in given.items()}
        assert set(named) <= set(inputs), named
        job = Job()
        for number, step in enumerate(ACTION["runs"]["steps"]):
            # As on GitHub: after a failure no step runs that does not ask for it.
            if job.failed or not self._holds(step.get("if", ""), inputs | named, job):
                continue
            if "run" in step:
                self._step(step, f"{number}", inputs | named, job)
        return job

    def _step(self, step: dict[str, Any], number: str, inputs: dict[str, str], job: Job) -> None:
        folder = self.home / "steps" / number
        folder.mkdir(parents=True, exist_ok=True)
        script, output, summary = folder / "script.sh", folder / "output", folder / "summary"
        script.write_text(step["run"], encoding="utf-8")
        for file in (output, summary):
            file.write_text("", encoding="utf-8")
        own = {name: self._value(value, inputs, job) for name, value in step.get("env", {}).items()}
        files = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
        done = subprocess.run(
            [*_SHELL, str(script)],
            cwd=self.workspace / self._value(step.get("working-directory", "."), inputs, job),
            env={**self._environment(), **files, **own},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
        )
        job.ran.append(step["name"])
        job.log += done.stdout
        job.summary += summary.read_text(encoding="utf-8")
        if "id" in step:
            job.outputs[step["id"]] = read_output_file(output)
        if done.returncode:
            job.failed = f"{step['name']}: {done.returncode}"

    def _environment(self) -> dict[str, str]:
        event = self.home / "event.json"
        event.write_text(json.dumps(self.event), encoding="utf-8")
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("RECONCILER_", "GITHUB_", "GH_"))
        }
        return kept | {
            "CI": "true",
            "FAKE_GITHUB": str(self.store),
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_ACTOR": "ada",
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_REPOSITORY": "o/r",
            "GITHUB_RUN_ID": "42",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_SHA": "fedcba9876543210",
            "GITHUB_WORKSPACE": str(self.workspace),
            "GIT_CEILING_DIRECTORIES": str(self.workspace.parent),
            "PATH": f"{self.home / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "RUNNER_TEMP": str(self.home),
        }

    def _tools(self) -> None:
        folder = self.home / "bin"
        folder.mkdir()
        fake = Path(__file__).with_name("fake_gh.py")
        scripts = {
            "python3": _PYTHON.format(python=sys.executable, installed=self.home / "installed"),
            "gh": f'#!/bin/sh\nexec {sys.executable} {fake} "$@"\n',
        }
        for name, text in scripts.items():
            (folder / name).write_text(text, encoding="utf-8")
            (folder / name).chmod(0o755)

    def _value(self, text: str, inputs: dict[str, str], job: Job) -> str:
        return _EXPRESSION.sub(lambda found: self._looked_up(found[1], inputs, job), text)

    def _looked_up(self, name: str, inputs: dict[str, str], job: Job) -> str:
        match name.split("."):
            case ["inputs", key]:
                return self._value(inputs[key], inputs, job)
            case ["steps", step, "outputs", key]:
                return job.outputs[step].get(key, "")
            case ["github", "token"]:
                return "ghs_token"
        raise AssertionError(f"An expression that this runner does not know: {name}")

    def _holds(self, condition: str, inputs: dict[str, str], job: Job) -> bool:
        for part in filter(None, condition.split(" && ")):
            compared = re.fullmatch(r"(\S+) ([!=]=) '([^']*)'", part)
            assert compared, part
            if (self._looked_up(compared[1], inputs, job) == compared[3]) is not (compared[2] == "=="):
                return False
        return True
