"""What a file's text declares as sensitive: read generously, because a mistake beside a secret must not print it.

A misspelled key, a list that is none, a path without its `schema`: each is a mistake that a diagnostic shows the place
of, so what was most likely meant has to be hidden before the manifest is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from reconciler.nodes import Spanned, merge_sources
from reconciler.session_type import FIELDS
from reconciler.values import Path, parse_path

EVERYTHING: frozenset[Path] = frozenset({("schema",), ("description",)})
_MEANT = 0.75
_DEPTH = 3
_KEY = "sensitive"
_HOLDERS = ("schema", "description")
_WORD = re.compile(r"[A-Za-z_]{5,20}")


def may_declare(text: str) -> bool:
    """Tell, without parsing, whether a text may say what is sensitive."""
    return "sens" in text.casefold() and any(map(_is_meant, _WORD.findall(text)))


def declared_paths(document: Spanned) -> frozenset[Path]:
    """Return the paths that a document calls sensitive, or most likely means to."""
    return frozenset(path for spelled in _spelled(document) for path in _meant_by(spelled))


def fields_of(node: Spanned) -> Iterator[tuple[str, Spanned]]:
    """Yield the keys and values of a mapping, those of its merge keys included."""
    seen: set[int] = set()
    waiting = [node.resolved]
    while waiting:
        mapping = waiting.pop()
        if id(mapping) in seen:
            continue
        seen.add(id(mapping))
        for key, value in mapping.items:
            if key == "<<":
                waiting += [source.resolved for source in merge_sources(value.resolved)]
            yield key, value.resolved


def tag_of(document: Spanned) -> str:
    """Return a document's tag as it is written, or nothing."""
    return next((value.text or "" for key, value in fields_of(document) if key == "tag"), "")


def misplaced(document: Spanned, paths: frozenset[Path]) -> set[str]:
    """Return the unknown fields that may hold what is sensitive: those of the schema, and misspelled ones around it."""
    steps = {step for path in paths for step in path}
    unknown = ((key, value) for key, value in fields_of(document) if key not in {*FIELDS, "lifecycle", "<<"})
    return {key for key, value in unknown if steps and (value.entries or key in steps or _is_near(key, _HOLDERS))}


def is_whole(document: Spanned) -> bool:
    """Tell whether a document is a manifest and no overlay: it has what every session type must have."""
    return {"selector", "expiry", "period"} <= {key for key, _ in fields_of(document)}


def _spelled(document: Spanned) -> Iterator[str]:
    waiting = [(document.resolved, _DEPTH)]
    while waiting:
        node, depth = waiting.pop()
        for key, value in fields_of(node):
            if _is_meant(key):
                yield from _scalars(value)
            elif depth and key not in FIELDS:
                waiting.append((value, depth - 1))


def _is_meant(key: str) -> bool:
    return _is_near(key, (_KEY,))


def _is_near(key: str, names: tuple[str, ...]) -> bool:
    return any(SequenceMatcher(None, key.casefold(), name).ratio() >= _MEANT for name in names)


def _scalars(node: Spanned) -> Iterator[str]:
    seen: set[int] = set()
    waiting = [node]
    while waiting:
        each = waiting.pop().resolved
        if id(each) not in seen:
            seen.add(id(each))
            waiting += [part for entry in each.entries for part in entry if part]
            if each.text is not None:
                yield each.text


def _meant_by(spelled: str) -> frozenset[Path]:
    path = parse_path(spelled.strip())
    if path is None or "${" in spelled:
        return EVERYTHING
    return frozenset({path} if path[0] in {"schema", "description"} else {path, ("schema", *path)})
