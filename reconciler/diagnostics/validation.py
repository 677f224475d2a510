"""Problems that any mapping with known keys can have, and pydantic's findings in those terms."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator

from pydantic import ValidationError

from reconciler.diagnostics.codes import Code
from reconciler.diagnostics.model import Problem
from reconciler.values import Path, format_path


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
            case _:
                found.append(Problem(code, path, f"`{format_path(path)}`: {_lowered(error['msg'])}."))
    return without_twins(found)


def with_article(noun: str) -> str:
    """Return a JSON type's name with its article."""
    if noun == "null":
        return noun
    return f"an {noun}" if noun[0] in "aeo" else f"a {noun}"


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")
