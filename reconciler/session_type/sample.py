"""What sample data may hold: exactly what every registry can store and every language can read back unchanged."""

from __future__ import annotations

import math
from collections.abc import Iterator

from reconciler.diagnostics import Code, Problem
from reconciler.values import JsonObject, JsonValue, Path

DEPTH_MAX = 32
INTEGER_MAX = 2**63 - 1


def sample_problems(schema: JsonObject) -> Iterator[Problem]:
    """Yield every problem of a schema's values and keys."""
    open_branches: list[tuple[Path, JsonValue]] = [(("schema",), schema)]
    while open_branches:
        path, value = open_branches.pop()
        if len(path) > DEPTH_MAX:
            yield Problem(Code.SCHEMA_TOO_DEEP, path, f"Sample data may be nested {DEPTH_MAX} levels deep.")
            continue
        match value:
            case dict():
                yield from _key_problems(path, value)
                open_branches.extend(((*path, key), item) for key, item in value.items())
            case list():
                open_branches.extend(((*path, index), item) for index, item in enumerate(value))
            case _:
                yield from _scalar_problems(path, value)


def _key_problems(path: Path, mapping: JsonObject) -> Iterator[Problem]:
    for key in mapping:
        if not key or "\0" in key:
            detail = "A key is empty or holds a NUL character, which can't be stored."
            yield Problem(Code.TEXT_CHARACTER, (*path, key), detail, at_key=True)


def _scalar_problems(path: Path, value: JsonValue) -> Iterator[Problem]:
    match value:
        case str() if "\0" in value:
            yield Problem(Code.TEXT_CHARACTER, path, "The text holds a NUL character, which can't be stored.")
        case bool():
            return
        case int() if abs(value) > INTEGER_MAX:
            detail = "A whole number in a sample has at most 63 bits."
            yield Problem(Code.NUMBER_OUT_OF_RANGE, path, detail, "Put quotes around it.")
        case float() if not math.isfinite(value):
            yield Problem(Code.NUMBER_OUT_OF_RANGE, path, "JSON has no such number.", "Put quotes around it.")
