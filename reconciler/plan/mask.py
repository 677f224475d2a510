"""Masks sensitive values by path, before any renderer or file sees them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from reconciler.values import JsonValue, Path, set_at, value_at

MASK = "(sensitive)"


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
