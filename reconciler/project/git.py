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


def is_ignored(folder: Path, path: str) -> bool:
    """Tell whether git leaves a path below `folder` out."""
    return _git(folder, "check-ignore", "--quiet", "--", path) is not None


def _git(folder: Path, *arguments: str) -> str | None:
    output = git_output(folder, *arguments)
    return None if output is None else output.decode(errors="replace").strip()


def git_output(folder: Path, *arguments: str) -> bytes | None:
    """Return what git writes when it is run in `folder`; None where there is no git, no repository, or no answer."""
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
    return done.stdout if done.returncode == 0 else None
