"""Which commit is checked out, and whether the folder differs from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from reconciler.project.git.command import LITERALLY, run_git, text_of


@dataclass(frozen=True, slots=True)
class GitState:
    """The commit that is checked out, or None; `dirty` tells of changes that are not in it."""

    commit: str | None = None
    dirty: bool = False


def git_state(folder: Path, paths: Iterable[str] = (".",)) -> GitState:
    """Return the state of the repository that `folder` belongs to, judged by the paths below `folder`."""
    commit = text_of(run_git(folder, "rev-parse", "--verify", "--quiet", "HEAD"))
    if not commit:
        return GitState()
    status = run_git(folder, LITERALLY, "status", "--porcelain", "--untracked-files=normal", "--", *paths)
    return GitState(commit, bool(status))


def is_ignored(folder: Path, path: str) -> bool:
    """Tell whether git leaves a path below `folder` out."""
    return run_git(folder, "check-ignore", "--quiet", "--", path) is not None
