"""A real git repository in a temporary folder, that nothing of this machine's configuration reaches."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Repository:
    """A repository that commits as whoever a test says."""

    root: Path

    def git(self, *arguments: str, author: str = "Ada Lovelace") -> str:
        command = [shutil.which("git") or "git", "-c", f"user.name={author}", "-c", "user.email=ada@example.com"]
        done = subprocess.run(
            [*command, "-c", "protocol.file.allow=always", *arguments],
            cwd=self.root,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(self, *, author: str = "Ada Lovelace", message: str = "Change") -> str:
        """Commit everything, and return the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message, author=author)
        return self.git("rev-parse", "HEAD")


def own_configuration(monkeypatch: pytest.MonkeyPatch, ceiling: Path) -> None:
    """Keep this machine's git configuration, and a repository around the temporary folder, out of a test."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(ceiling))


def new_repository(root: Path) -> Repository:
    """Make a repository of a folder that is there."""
    repository = Repository(root)
    repository.git("init", "--quiet", "--initial-branch", "main")
    return repository


def recorded_calls(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a git before the real one that writes down what it is called with; return the file of the calls."""
    real = shutil.which("git")
    log = folder / "calls"
    log.touch()
    (folder / "bin").mkdir()
    script = folder / "bin" / "git"
    script.write_text(f'#!/bin/sh\necho "$*" >> {log}\nexec {real} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder / "bin"), prepend=os.pathsep)
    return log
