"""The key `lifecycle` of a manifest. Only a manifest that has one is worth importing pydantic for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reconciler.diagnostics import Code, Problem, Severity
from reconciler.diagnostics.models import model_problems
from reconciler.manifests.manifest import LIFECYCLE
from reconciler.plan import Lifecycle
from reconciler.session_type import FIELDS
from reconciler.values import JsonObject, JsonValue, Path, parse_path, value_at

_POSSIBLE_PATHS = {
    "ignore_changes": [field for field in FIELDS if field != "tag"],
    "sensitive": ["description", "schema"],
}
_LEADS_NOWHERE = "Check the spelling. If the field was just removed, keep the path until that is applied."


class LifecycleFields(BaseModel):
    """How a change of this session type is treated. Never sent to the registry."""

    model_config = ConfigDict(extra="forbid", strict=True, title="Lifecycle")

    prevent_destroy: Annotated[bool, Field(description="Refuse to delete what was applied from this file.")] = False
    ignore_changes: Annotated[
        list[str], Field(description="Paths, such as `schema.details.email`, that keep whatever value is live.")
    ] = []
    sensitive: Annotated[
        list[str],
        Field(
            description="Paths in `schema`, or `description`, that are masked in every output, saved plans included. "
            "Keep the line until the removal of a field is applied."
        ),
    ] = []


def lifecycle_problems(lifecycle: JsonValue, fields: JsonObject) -> Iterator[Problem]:
    """Yield every problem of one; `fields` are those of the session type beside it."""
    try:
        LifecycleFields.model_validate(lifecycle)
    except ValidationError as invalid:
        problems = model_problems(invalid, lambda _: LifecycleFields.model_fields, of="lifecycle", code=Code.WRONG_TYPE)
        for problem in problems:
            yield Problem(problem.code, (LIFECYCLE, *problem.path), problem.detail, problem.hint, problem.at_key)
        return
    for key in ("ignore_changes", "sensitive"):
        for index, spelled in enumerate(_strings(lifecycle, key)):
            yield from _path_problems((LIFECYCLE, key, index), spelled, fields)


def _path_problems(at: Path, spelled: str, fields: JsonObject) -> Iterator[Problem]:
    path = parse_path(spelled)
    if path is None or path[0] not in _POSSIBLE_PATHS[str(at[1])]:
        possible = " or ".join(f"`{field}`" for field in _POSSIBLE_PATHS[str(at[1])])
        detail = f"`{spelled}` is not the path of a field that `{at[1]}` can name: it begins with {possible}."
        yield Problem(Code.LIFECYCLE_PATH, at, detail, "Write `description`, or `schema.details.email`.")
        return
    try:
        value_at(fields, path)
    except KeyError:
        if at[1] == "sensitive" and path != ("description",):
            detail = f"`{spelled}` leads to nothing in this manifest, so there is nothing to mask."
            yield Problem(Code.LIFECYCLE_PATH, at, detail, _LEADS_NOWHERE, severity=Severity.WARNING)


def read_lifecycle(lifecycle: JsonValue) -> Lifecycle:
    """Return what a valid one says."""
    return Lifecycle(
        prevent_destroy=isinstance(lifecycle, dict) and lifecycle.get("prevent_destroy") is True,
        ignore_changes=tuple(filter(None, map(parse_path, _strings(lifecycle, "ignore_changes")))),
        sensitive=tuple(filter(None, map(parse_path, _strings(lifecycle, "sensitive")))),
    )


def _strings(lifecycle: JsonValue, key: str) -> list[str]:
    listed = lifecycle.get(key) if isinstance(lifecycle, dict) else None
    return [str(item) for item in listed] if isinstance(listed, list) else []
