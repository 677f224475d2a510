"""What git says of a folder. Everything works without git; then it says nothing."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

_TIMEOUT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class GitState:
    """The commit that is checked out, or None; `dirty` tells of changes that are not in it."""

    commit: str | None = None
    dirty: bool = False


def git_state(folder: Path) -> GitState:
    """Return the state of the repository that `folder` belongs to, judged by what is under `folder`."""
    commit = _git(folder, "rev-parse", "--verify", "--quiet", "HEAD")
    if not commit:
        return GitState()
    return GitState(commit, bool(_git(folder, "status", "--porcelain", "--", ".")))


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed words, no shell
            ["git", "--no-optional-locks", *arguments],  # noqa: S607 - git is where PATH says
            cwd=folder,
            capture_output=True,
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else None
