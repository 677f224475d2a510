"""The project file `reconciler.yaml`: found by walking up, checked with positions like a manifest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reconciler.diagnostics import (
    Code,
    Diagnostic,
    InvalidInput,
    Location,
    Problem,
    model_problems,
    nearest_of,
)
from reconciler.nodes import Document, located, parse_yaml, value_location
from reconciler.plan import Limits
from reconciler.policy import PolicyFields, Rule, policy_keys, read_rules
from reconciler.project.refresh import LifetimeFields, RefreshFields
from reconciler.project.target import Target
from reconciler.session_type import Lifetime
from reconciler.values import Path as ValuePath

PROJECT_FILE_NAMES = ("reconciler.yaml", "reconciler.yml")
DEFAULT_PRODUCT = "default"

_Count = Annotated[int, Field(ge=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class GuardFields(_Strict):
    """How many changes of a kind one run may make."""

    max_delete: _Count | None = None
    max_update: _Count | None = None
    max_breaking: _Count | None = None
    max_live_sessions: _Count | None = None


class TargetFields(_Strict):
    """One registry with its overlays, guards and ledger."""

    registry: Annotated[str, Field(min_length=1)]
    overlays: list[str] = []
    guard: GuardFields = GuardFields()
    ledger: Annotated[str, Field(min_length=1)] | None = None


class ProjectFields(_Strict):
    """The whole file."""

    product: Annotated[str, Field(min_length=1)] = DEFAULT_PRODUCT
    project: Annotated[str, Field(min_length=1)] | None = None
    manifests: list[str] = []
    default_target: str | None = None
    targets: dict[str, TargetFields] = {}
    refresh: RefreshFields = RefreshFields()
    policies: list[PolicyFields] = []


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
            hint = f"Did you mean `{nearest}`?" if nearest else f"There are {', '.join(self.targets)}."
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
    try:
        fields = ProjectFields.model_validate(documents[0].data)
    except ValidationError as invalid:
        raise InvalidInput(located(_problems(invalid), documents[0]), sources) from None
    rules, diagnostics = read_rules(fields.policies, documents[0], parsed.text)
    if diagnostics := (*diagnostics, *_default_target_problems(fields, documents[0])):
        raise InvalidInput(diagnostics, sources)
    return replace(_project(fields, file.parent, spelled), policies=rules, text=parsed.text)


def _project(fields: ProjectFields, root: Path, spelled: str) -> Project:
    return Project(
        root=root,
        file=spelled,
        product=fields.product,
        name=fields.project,
        manifests=tuple(fields.manifests),
        targets={name: _target(name, target) for name, target in fields.targets.items()},
        default_target=fields.default_target,
        refresh_default=fields.refresh.default.lifetime() if fields.refresh.default else None,
        refresh_by_tag=fields.refresh.lifetimes(),
    )


def _default_target_problems(fields: ProjectFields, document: Document) -> Iterator[Diagnostic]:
    if fields.default_target is not None and fields.default_target not in fields.targets:
        nearest = nearest_of(fields.default_target, fields.targets)
        hint = f"Did you mean `{nearest}`?" if nearest else "Name one of the targets below `targets`."
        detail = f"There is no target `{fields.default_target}`."
        location = value_location(document.marks, ("default_target",))
        yield Diagnostic(Code.UNKNOWN_TARGET, detail, location, hint)


def _target(name: str, fields: TargetFields) -> Target:
    limits = Limits(**fields.guard.model_dump())
    return Target(name, fields.registry, tuple(fields.overlays), limits, fields.ledger)


def _problems(invalid: ValidationError) -> Iterable[Problem]:
    return model_problems(invalid, _known_keys, of="the project file", code=Code.PROJECT_VALUE)


def _known_keys(path: ValuePath) -> Iterable[str]:
    match path:
        case ():
            return ProjectFields.model_fields
        case (_, _, "guard"):
            return GuardFields.model_fields
        case ("refresh",):
            return RefreshFields.model_fields
        case ("refresh", *_):
            return LifetimeFields.model_fields
        case ("policies", *_):
            return policy_keys(path)
        case _:
            return TargetFields.model_fields
