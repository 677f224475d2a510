"""Other projects' programs, each in a virtual environment of its own below the scratch folder."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.setting import say


@dataclass(frozen=True, slots=True)
class Installed:
    """A package from PyPI in an environment: where its programs are, and which version it is."""

    bin: Path
    version: str


@dataclass(frozen=True, slots=True)
class NotInstalled:
    """Why a package can't be had."""

    why: str


def install(package: str, root: Path) -> Installed | NotInstalled:
    """Install a package's newest version."""
    say(f"{package} is installed")
    folder = root / f"venv-{package}"
    pip = [str(folder / "bin" / "pip"), "--disable-pip-version-check"]
    asked = f"import importlib.metadata; print(importlib.metadata.version({package!r}))"
    try:
        _output([sys.executable, "-m", "venv", str(folder)])
        _output([*pip, "install", "--quiet", package])
        return Installed(folder / "bin", _output([str(folder / "bin" / "python"), "-c", asked]).strip())
    except subprocess.CalledProcessError as error:
        lines = str(error.stderr).strip().splitlines() or [f"exit code {error.returncode}"]
        return NotInstalled(f"{package} is not installed: {lines[-1]}")


def _output(command: list[str]) -> str:
    # Whatever the checkout puts on the path is not for another project's environment.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603 - pip and Python
    return done.stdout
