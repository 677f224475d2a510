"""Masks sensitive values by path, before any renderer or file sees them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Any

from reconciler.values import JsonValue, Path, set_at, value_at

MASK = "(sensitive)"
_SHORTEST = 3
_HEAD = 24  # so much of a longer secret tells it, where a message was cut short


def masked(value: JsonValue, at: Path, sensitive: Iterable[Path]) -> JsonValue:
    """Return `value`, which stands at `at`, with everything at or below a sensitive path masked.

    A plain value that stands where a sensitive path only passes through is masked too: the secret may have moved up.
    """
    for path in sensitive:
        if at[: len(path)] == path:
            return MASK
        if path[: len(at)] == at:
            value = _masked_below(value, path[len(at) :])
    return value


def value_paths(at: Path, value: JsonValue) -> Iterator[tuple[Path, JsonValue]]:
    """Yield every value at or below a path that holds no others, or is empty; an array counts as one value."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from value_paths((*at, key), item)
    else:
        yield at, value


def shadow(value: JsonValue, sensitive: Iterable[Path]) -> dict[str, Any]:
    """Return Terraform's shadow tree: `true` at each sensitive path that exists in `value`."""
    tree: dict[str, Any] = {}
    for path in sorted(sensitive, key=len):
        if _masked_below(value, path) is value:
            continue
        branch: Any = tree
        for step in path[:-1]:
            branch = branch.setdefault(str(step), {}) if isinstance(branch, dict) else True
        if isinstance(branch, dict):
            branch[str(path[-1])] = True
    return tree


def _masked_below(value: JsonValue, path: Path) -> JsonValue:
    """Return `value` with what stands at `path` masked; `value` itself where nothing does."""
    if not path or not isinstance(value, (dict, list, type(None))):
        return MASK
    try:
        inner = value_at(value, path[:1])
    except KeyError:
        return value
    below = _masked_below(inner, path[1:])
    return value if below is inner else set_at(value, path[:1], below)


def secret_texts(value: JsonValue, sensitive: Iterable[Path]) -> Iterator[str]:
    """Yield what another program's message could repeat of the sensitive values in `value`.

    A text with breaks may come as one line or line by line. What has but one or two characters is in every message.
    """
    for path in sensitive:
        for text in _texts_below(value, path):
            yield from (each for each in {text, " ".join(text.split()), *text.splitlines()} if len(each) >= _SHORTEST)


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Return a message of another program without the secrets that it repeats, be it only how they begin."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = _without(text, secret)
    return text


def _without(text: str, secret: str) -> str:
    head, done, at = secret[:_HEAD], "", 0
    while (found := text.find(head, at)) >= 0:
        length = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(secret, text[found:], strict=False)))
        done, at = done + text[at:found] + MASK, found + length
    return done + text[at:]


def _texts_below(value: JsonValue, path: Path) -> Iterator[str]:
    """Yield the texts and numbers at or below a path, and those that stand in its way, as they are and escaped."""
    waiting: list[tuple[JsonValue, Path]] = [(value, path)]
    while waiting:
        each, rest = waiting.pop()
        match each:
            case dict():
                waiting += [(item, rest[1:]) for key, item in each.items() if not rest or key == rest[0]]
            case list():
                waiting += [(item, rest[1:]) for at, item in enumerate(each) if not rest or at == rest[0]]
            case str():
                yield from (each, json.dumps(each)[1:-1])
            case int() | float() if not isinstance(each, bool):
                yield json.dumps(each)
