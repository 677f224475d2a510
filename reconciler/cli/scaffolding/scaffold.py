"""What `init` writes: the texts of a new project's files, and where each of them goes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

PROJECT_FILE = "reconciler.yaml"
MANIFESTS = "sessions"
EXAMPLE = f"{MANIFESTS}/user-session.yaml"
CI_SYSTEMS = ("github", "gitlab")
STATE_FOLDER = ".reconciler/"

GITLAB_PIPELINE = ".gitlab-ci.yml"
GITLAB_JOBS = ".gitlab/session-types.yml"
_GITHUB_WORKFLOW = ".github/workflows/session-types.yml"
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*|[a-z]+:///?[A-Za-z0-9_./@-]+")
_READ_AS_SOMETHING_ELSE = frozenset(("null", "true", "false"))
_PLACE = re.compile(r"@([A-Z]+)@")


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to write where there is none. `path` is absolute."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class NewProject:
    """What a new project file says. `registry` may hold `${NAME}` references."""

    product: str
    target: str
    registry: str


def project_file(root: Path, project: NewProject) -> NewFile:
    """Return the project file."""
    values = {"PRODUCT": project.product, "TARGET": project.target, "REGISTRY": project.registry}
    return NewFile(root / PROJECT_FILE, _filled("reconciler.yaml", values))


def example_manifest(root: Path) -> NewFile:
    """Return the example."""
    return NewFile(root / EXAMPLE, _filled("user-session.yaml", {}))


def ci_files(system: str, root: Path) -> tuple[NewFile, ...]:
    """Return the files of a CI system. They stand at the top of the repository, wherever in it the project is."""
    top = repository_of(root) or root
    folder = root.relative_to(top)
    if system == "github":
        return (NewFile(top / _GITHUB_WORKFLOW, _filled("github.yml", {"FOLDER": folder.as_posix()})),)
    values = {"FOLDER": folder.as_posix(), "REPORT": (folder / "plan.gitlab.json").as_posix()}
    return (
        NewFile(top / GITLAB_JOBS, _filled("gitlab.yml", values)),
        NewFile(top / GITLAB_PIPELINE, _filled("gitlab-ci.yml", {})),
    )


def repository_of(folder: Path) -> Path | None:
    """Return the top of the git repository that a folder is in. `.git` is a file in a worktree and in a submodule."""
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)


def _filled(template: str, values: dict[str, str]) -> str:
    """Return a template with YAML scalars in its places."""
    text = resources.files("reconciler.cli.scaffolding").joinpath("templates", template).read_text(encoding="utf-8")
    return _PLACE.sub(lambda place: _scalar(values[place[1]]), text)


def _scalar(text: str) -> str:
    is_plain = text == "." or (_PLAIN.fullmatch(text) is not None and text.lower() not in _READ_AS_SOMETHING_ELSE)
    return text if is_plain else json.dumps(text, ensure_ascii=False)
