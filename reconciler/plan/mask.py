"""Masks sensitive values by path, before any renderer or file sees them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from reconciler.values import JsonValue, Path

MASK = "(sensitive)"


def masked(value: JsonValue, at: Path, sensitive: Iterable[Path]) -> JsonValue:
    """Return `value`, which stands at `at`, with everything at or below a sensitive path masked."""
    for path in sensitive:
        if at[: len(path)] == path:
            return MASK
        if path[: len(at)] == at:
            value = _replaced(value, path[len(at) :])
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
    for path in sensitive:
        if _replaced(value, path) is not value:
            branch = tree
            for step in path[:-1]:
                branch = branch.setdefault(str(step), {})
            branch[str(path[-1])] = True
    return tree


def replaced(value: JsonValue, path: Path, by: JsonValue) -> JsonValue:
    """Return `value` with what stands at `path` replaced; `value` itself where nothing stands there."""
    if not path:
        return by
    step, rest = path[0], path[1:]
    if isinstance(value, dict) and isinstance(step, str) and step in value:
        inner = replaced(value[step], rest, by)
        return value if inner is value[step] else {**value, step: inner}
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        inner = replaced(value[step], rest, by)
        return value if inner is value[step] else [*value[:step], inner, *value[step + 1 :]]
    return value


def _replaced(value: JsonValue, path: Path) -> JsonValue:
    return replaced(value, path, MASK)
