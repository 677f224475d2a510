"""What a project file may say, and a document that says it as a project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reconciler.diagnostics import Code, Diagnostic, InvalidInput, Problem, nearest_of
from reconciler.diagnostics.models import model_problems
from reconciler.nodes import Document, located, value_location
from reconciler.plan import Limits
from reconciler.policy.fields import PolicyFields, policy_keys
from reconciler.policy.read import read_rules
from reconciler.project.file import DEFAULT_PRODUCT, Project
from reconciler.project.refresh import LifetimeFields, RefreshFields
from reconciler.project.target import Target
from reconciler.values import Path as ValuePath

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


def read_project(document: Document, text: str, sources: Mapping[str, str]) -> Project:
    """Return the project that a document describes; where it lies is not in it. Raises InvalidInput."""
    try:
        fields = ProjectFields.model_validate(document.data)
    except ValidationError as invalid:
        raise InvalidInput(located(_problems(invalid), document), sources) from None
    rules, diagnostics = read_rules(fields.policies, document, text)
    if diagnostics := (*diagnostics, *_default_target_problems(fields, document)):
        raise InvalidInput(diagnostics, sources)
    return replace(_project(fields), policies=rules, text=text)


def _project(fields: ProjectFields) -> Project:
    return Project(
        root=Path(),
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
