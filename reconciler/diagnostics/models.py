"""Pydantic's findings as problems. Apart, so that what needs no model does not import pydantic."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from reconciler.diagnostics.codes import Code
from reconciler.diagnostics.model import Problem
from reconciler.diagnostics.validation import described, missing_key, unknown_key, without_twins
from reconciler.values import Path, format_path


def model_problems(
    invalid: ValidationError, known: Callable[[Path], Iterable[str]], *, of: str, code: Code
) -> Iterator[Problem]:
    """Turn a model's errors into problems. `known` gives the keys that the mapping at a path may have."""
    found = []
    for error in invalid.errors(include_url=False):
        path = error["loc"]
        match error["type"]:
            case "extra_forbidden":
                found.append(unknown_key(path, known(path[:-1]), of=of))
            case "missing":
                found.append(missing_key(path))
            case kind:
                subject = f"`{format_path(path)}`" if path else of[0].upper() + of[1:]
                found.append(Problem(code, path, f"{subject} {_unmet(kind, error)}."))
    return without_twins(found)


_EXPECTED_TYPES = {
    "model_type": "a mapping",
    "dict_type": "a mapping",
    "list_type": "a list",
    "string_type": "a string",
    "int_type": "a whole number",
    "bool_type": "`true` or `false`",
}


def _unmet(kind: str, error: ErrorDetails) -> str:
    """Say what a value must be, without the words that are only about our models."""
    if kind in _EXPECTED_TYPES:
        return f"must be {_EXPECTED_TYPES[kind]}, not {described(error['input'])}"
    match kind:
        case "string_too_short":
            return "must not be empty"
        case "greater_than_equal":
            return f"must be at least {error['ctx']['ge']}"
        case _:
            return f"is not valid: {error['msg'][:1].lower()}{error['msg'][1:].rstrip('.')}"
