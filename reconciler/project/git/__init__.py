"""What git says of the project: its state, who wrote a line, and what another commit holds. Nothing is ever changed.

Everything works without git; then it says nothing.
"""

from reconciler.project.git.blame import BlamedFile, blame
from reconciler.project.git.command import why_not
from reconciler.project.git.head import texts_at_head
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
