"""What git says of the project: its state, who wrote a line, and what another commit holds. Nothing is ever changed.

Everything works without git; then it says nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.late import late

if TYPE_CHECKING:
    from reconciler.project.git.command import why_not
    from reconciler.project.git.head import texts_at_head
    from reconciler.project.git.lines import BlamedFile, blame
    from reconciler.project.git.revision import Revision, contents, find_commit, is_shallow, repository_of
    from reconciler.project.git.since import only_commit_since
    from reconciler.project.git.state import GitState, git_state, is_ignored

__all__ = [
    "BlamedFile",
    "GitState",
    "Revision",
    "blame",
    "contents",
    "find_commit",
    "git_state",
    "is_ignored",
    "is_shallow",
    "only_commit_since",
    "repository_of",
    "texts_at_head",
    "why_not",
]

_LATE = {
    "BlamedFile": "lines",
    "GitState": "state",
    "Revision": "revision",
    "blame": "lines",
    "contents": "revision",
    "find_commit": "revision",
    "git_state": "state",
    "is_ignored": "state",
    "is_shallow": "revision",
    "only_commit_since": "since",
    "repository_of": "revision",
    "texts_at_head": "head",
    "why_not": "command",
}


def __getattr__(name: str) -> Any:
    """Import what a run needs, and no more."""
    return late(__name__, _LATE, name)
