"""Which commit is checked out, and whether the folder differs from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reconciler.project.git.command import run_git, text_of


@dataclass(frozen=True, slots=True)
class GitState:
    """The commit that is checked out, or None; `dirty` tells of changes that are not in it."""

    commit: str | None = None
    dirty: bool = False


def git_state(folder: Path) -> GitState:
    """Return the state of the repository that `folder` belongs to, judged by what is under `folder`."""
    commit = text_of(run_git(folder, "rev-parse", "--verify", "--quiet", "HEAD"))
    if not commit:
        return GitState()
    return GitState(commit, bool(run_git(folder, "status", "--porcelain", "--untracked-files=normal", "--", ".")))


def is_ignored(folder: Path, path: str) -> bool:
    """Tell whether git leaves a path below `folder` out."""
    return run_git(folder, "check-ignore", "--quiet", "--", path) is not None
