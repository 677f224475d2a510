"""Problems that any mapping with known keys can have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.diagnostics.codes import Code
from reconciler.diagnostics.model import Problem
from reconciler.values import JsonValue, Path, json_type


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
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    by_folded = {name.casefold(): name for name in known}
    nearest = get_close_matches(written.casefold(), by_folded, n=1)
    return by_folded[nearest[0]] if nearest else None


def without_twins(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Drop a missing key for which a misspelled one beside it is reported: they are one mistake."""
    listed = tuple(problems)
    meant = {(each.path[:-1], each.hint) for each in listed if each.code is Code.UNKNOWN_FIELD}
    for each in listed:
        if each.code is not Code.MISSING_FIELD or (each.path[:-1], f"Did you mean `{each.path[-1]}`?") not in meant:
            yield each


def described(value: JsonValue) -> str:
    """Name a value's kind with its article; a fraction as itself, because a whole number is a number too."""
    return str(value) if isinstance(value, float) else with_article(json_type(value))


def with_article(noun: str) -> str:
    """Return a JSON type's name with its article."""
    if noun == "null":
        return noun
    return f"an {noun}" if noun[0] in "aeo" else f"a {noun}"
