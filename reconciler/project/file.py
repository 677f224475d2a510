"""The project file `reconciler.yaml`: found by walking up, checked with positions like a manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.diagnostics import (
    Code,
    Diagnostic,
    InvalidInput,
    Location,
    nearest_of,
)
from reconciler.project.target import Target

if TYPE_CHECKING:
    from reconciler.policy import Rule
    from reconciler.session_type import Lifetime

PROJECT_FILE_NAMES = ("reconciler.yaml", "reconciler.yml")
DEFAULT_PRODUCT = "default"


@dataclass(frozen=True, slots=True)
class Project:
    """A project; without a file it is all defaults. Paths are relative to `root`; `text` is what the file holds."""

    root: Path
    file: str | None = None
    product: str = DEFAULT_PRODUCT
    name: str | None = None
    manifests: tuple[str, ...] = ()
    targets: Mapping[str, Target] = field(default_factory=dict)
    default_target: str | None = None
    refresh_default: Lifetime | None = None
    refresh_by_tag: Mapping[str, Lifetime] = field(default_factory=dict)
    policies: tuple[Rule, ...] = ()
    text: str = field(default="", compare=False, repr=False)

    def target(self, name: str | None) -> Target:
        """Return a target by its name, or the default one. Raises InvalidInput for a name that is not there."""
        chosen = name or self.default_target
        if chosen is None and not self.targets:
            return Target()
        if chosen is None and len(self.targets) == 1:
            return next(iter(self.targets.values()))
        if chosen is None or chosen not in self.targets:
            raise InvalidInput([self._unknown_target(chosen)])
        return self.targets[chosen]

    def _unknown_target(self, name: str | None) -> Diagnostic:
        location = Location(self.file) if self.file else None
        if name is None:
            hint = f"Choose one with --target, or set `default_target`: {', '.join(self.targets)}."
            return Diagnostic(Code.UNKNOWN_TARGET, "There are several targets and no default.", location, hint)
        if not self.targets:
            hint = "Name targets in `reconciler.yaml`, or use --registry."
        else:
            nearest = nearest_of(name, self.targets)
            # Who comes from Terraform knows `-target` for what is selected.
            others = f"Targets: {', '.join(self.targets)}. To select session types, use `--only`."
            hint = f"Did you mean `{nearest}`?" if nearest else others
        return Diagnostic(Code.UNKNOWN_TARGET, f"There is no target `{name}`.", location, hint)


def find_project_file(start: Path) -> Path | None:
    """Return the project file of `start` or of the nearest folder above it."""
    for folder in (start, *start.parents):
        for name in PROJECT_FILE_NAMES:
            if (folder / name).is_file():
                return folder / name
    return None


def load_project(file: Path, spelled: str, environment: Mapping[str, str]) -> Project:
    """Load a project file. Raises InvalidInput with every problem that it has."""
    try:
        content = file.read_bytes()
    except OSError as error:
        diagnostic = Diagnostic(Code.FILE_UNREADABLE, f"{error.strerror or error}.", Location(spelled))
        raise InvalidInput([diagnostic]) from error
    from reconciler.nodes import parse_yaml  # noqa: PLC0415 - for a project file alone, as what reads its fields

    parsed = parse_yaml(content, spelled, environment)
    sources = {spelled: parsed.text}
    if parsed.diagnostics:
        raise InvalidInput(parsed.diagnostics, sources)
    documents = [document for document in parsed.documents if document.data is not None]
    if not documents:
        return Project(file.parent, spelled)
    if len(documents) > 1:
        detail = "A project file holds one YAML document."
        raise InvalidInput([Diagnostic(Code.PROJECT_VALUE, detail, documents[1].location)], sources)
    from reconciler.project.fields import read_project  # noqa: PLC0415 - pydantic

    return replace(read_project(documents[0], parsed.text, sources), root=file.parent, file=spelled)
