"""What changed some files since a commit. No line tells who removed one; the only commit of a range does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reconciler.plan import LineCommit
from reconciler.project.git.command import LITERALLY, run_git
from reconciler.project.git.lines import author_name

_FORMAT = "--format=%H%x00%aN%x00%ct"


def only_commit_since(top: Path, since: str, paths: Sequence[str]) -> LineCommit | None:
    """Return the commit that changed any of the paths since another one; None where several did, or none.

    Neither is anything said where a path has changes that are not committed. Paths are relative to `top`.
    """
    if run_git(top, LITERALLY, "status", "--porcelain", "--untracked-files=normal", "--", *paths) != b"":
        return None
    listed = run_git(
        top,
        *(LITERALLY, "log", "--max-count=2", "--no-show-signature", "--encoding=UTF-8", _FORMAT),
        *("--end-of-options", f"{since}..HEAD", "--", *paths),
    )
    commits = (listed or b"").decode("utf-8", "replace").split("\n")[:-1]
    if len(commits) != 1:
        return None
    commit, author, at = commits[0].split("\0")
    return LineCommit(commit, author_name(author), int(at))
