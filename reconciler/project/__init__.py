"""The project: what `reconciler.yaml` says, what git says of the folder, and what both mean for one run."""

from reconciler.project.cache_folder import NO_CACHE, cache_folder
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
