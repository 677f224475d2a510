"""Bodies of other forms than a session type's: checked by a model, its findings as errors with pointers."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from reconciler.diagnostics import nearest_of
from reconciler.server.problems import InputError, invalid
from reconciler.values import JsonObject, Path, json_pointer

_Form = TypeVar("_Form", bound=BaseModel)
_MESSAGES = {
    "missing": "The field is required.",
    "invalid_key": "A key holds half a character.",
    "dict_type": "This must be a JSON object.",
}


def read_form(form: type[_Form], body: JsonObject) -> _Form:
    """Return the form that a body fills in. Raises Refusal, with every error, for one that does not."""
    try:
        return form.model_validate(body)
    except ValidationError as error:
        raise invalid(*(_input_error(form, each) for each in error.errors(include_url=False))) from error


def tag_errors(tag: str, fields: JsonObject, *, under: Path = ()) -> list[InputError]:
    """Return the error of fields that would make another session type of the one with this tag."""
    if fields.get("tag", tag) == tag:
        return []
    hint = "Create a session type with the new tag, and delete this one."
    message = f"The tag of `{tag}` can't be changed: it is the session type's identity."
    return [InputError(json_pointer((*under, "tag")), message, hint)]


def _input_error(form: type[BaseModel], error: Any) -> InputError:
    path = _without_variant(error["loc"])
    if error["type"] == "extra_forbidden":
        nearest = nearest_of(str(path[-1]), _names(form)) if len(path) == 1 else None
        hint = f"Did you mean `{nearest}`?" if nearest else ""
        return InputError(json_pointer(path), f"There is no field `{path[-1]}` here.", hint)
    return InputError(json_pointer(path), _MESSAGES.get(error["type"], f"{error['msg']}."))


def _without_variant(path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Drop the name of the variant that pydantic puts behind the index of a discriminated union's item."""
    return path[:2] + path[3:] if len(path) > 2 and isinstance(path[1], int) else path  # noqa: PLR2004


def _names(form: type[BaseModel]) -> list[str]:
    """Return the names of a form's fields as they are sent."""
    return [field.alias or name for name, field in form.model_fields.items()]
