"""The project: what `reconciler.yaml` says, what git says of the folder, and what both mean for one run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.late import late

if TYPE_CHECKING:
    from reconciler.project.caches import NO_CACHE, cache_folder
    from reconciler.project.file import DEFAULT_PRODUCT, PROJECT_FILE_NAMES, Project, find_project_file, load_project
    from reconciler.project.git import (
        BlamedFile,
        GitState,
        Revision,
        blame,
        contents,
        find_commit,
        git_state,
        is_ignored,
        is_shallow,
        only_commit_since,
        repository_of,
        texts_at_head,
        why_not,
    )
    from reconciler.project.secret import TOKEN_VARIABLE, Secret, registry_token, token_variable
    from reconciler.project.target import DEFAULT_REGISTRY, Target, without_credentials

__all__ = [
    "DEFAULT_PRODUCT",
    "DEFAULT_REGISTRY",
    "NO_CACHE",
    "PROJECT_FILE_NAMES",
    "TOKEN_VARIABLE",
    "BlamedFile",
    "GitState",
    "Project",
    "Revision",
    "Secret",
    "Target",
    "blame",
    "cache_folder",
    "contents",
    "find_commit",
    "find_project_file",
    "git_state",
    "is_ignored",
    "is_shallow",
    "load_project",
    "only_commit_since",
    "registry_token",
    "repository_of",
    "texts_at_head",
    "token_variable",
    "why_not",
    "without_credentials",
]

_LATE = {
    "BlamedFile": "git",
    "DEFAULT_PRODUCT": "file",
    "DEFAULT_REGISTRY": "target",
    "GitState": "git",
    "NO_CACHE": "caches",
    "PROJECT_FILE_NAMES": "file",
    "Project": "file",
    "Revision": "git",
    "Secret": "secret",
    "TOKEN_VARIABLE": "secret",
    "Target": "target",
    "blame": "git",
    "cache_folder": "caches",
    "contents": "git",
    "find_commit": "git",
    "find_project_file": "file",
    "git_state": "git",
    "is_ignored": "git",
    "is_shallow": "git",
    "load_project": "file",
    "only_commit_since": "git",
    "registry_token": "secret",
    "repository_of": "git",
    "texts_at_head": "git",
    "token_variable": "secret",
    "why_not": "git",
    "without_credentials": "target",
}


def __getattr__(name: str) -> Any:
    """Import what a run needs, and no more."""
    return late(__name__, _LATE, name)
