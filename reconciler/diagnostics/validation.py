"""Problems that any mapping with known keys can have, and pydantic's findings in those terms."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from reconciler.diagnostics.codes import Code
from reconciler.diagnostics.model import Problem
from reconciler.values import JsonValue, Path, format_path, json_type


def unknown_key(path: Path, known: Iterable[str], *, of: str) -> Problem:
    """Make the problem of a key that `of` does not have, with the nearest known key, or all of them, as the hint."""
    names = tuple(known)
    nearest = nearest_of(str(path[-1]), names)
    hint = f"Did you mean `{nearest}`?" if nearest else f"Known: {', '.join(names)}."
    return Problem(Code.UNKNOWN_FIELD, path, f"`{path[-1]}` is not a field of {of}.", hint, at_key=True)


def missing_key(path: Path) -> Problem:
    """Make the problem of a key that must be there; it is located at what should hold it."""
    return Problem(
        Code.MISSING_FIELD, path, f"The field `{path[-1]}` is required.", f"Add `{path[-1]}: …`.", at_key=True
    )


def nearest_of(written: str, known: Iterable[str]) -> str | None:
    """Return the known name that was most likely meant, or None."""
    by_folded = {name.casefold(): name for name in known}
    nearest = difflib.get_close_matches(written.casefold(), by_folded, n=1)
    return by_folded[nearest[0]] if nearest else None


def without_twins(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Drop a missing key for which a misspelled one beside it is reported: they are one mistake."""
    listed = tuple(problems)
    meant = {(each.path[:-1], each.hint) for each in listed if each.code is Code.UNKNOWN_FIELD}
    for each in listed:
        if each.code is not Code.MISSING_FIELD or (each.path[:-1], f"Did you mean `{each.path[-1]}`?") not in meant:
            yield each


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


def described(value: JsonValue) -> str:
    """Name a value's kind with its article; a fraction as itself, because a whole number is a number too."""
    return str(value) if isinstance(value, float) else with_article(json_type(value))


def with_article(noun: str) -> str:
    """Return a JSON type's name with its article."""
    if noun == "null":
        return noun
    return f"an {noun}" if noun[0] in "aeo" else f"a {noun}"
