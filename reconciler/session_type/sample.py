"""What sample data may hold: exactly what every registry can store and every language can read back unchanged."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator

from reconciler.diagnostics import Code, Problem
from reconciler.values import JsonObject, JsonValue, Path

DEPTH_MAX = 32
INTEGER_MAX = 2**63 - 1
SIZE_MAX = 64 * 1024

_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_PLAIN_LENGTH = SIZE_MAX // 4  # no value counts for more than four times its JSON
# What any text or number has, as JSON, that can't be stored; so have some that can.
_ODD = ("\\u0000", '"":', "NaN", "Infinity")
_LONG_NUMBER = re.compile("[0-9]{19}")
_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Tell whether every database and every encoding can hold a text: no NUL, no lone surrogate."""
    return _NOT_STORABLE.search(text) is None


def sample_problems(schema: JsonObject) -> Iterator[Problem]:
    """Yield every problem of a schema's values and keys."""
    if _is_plain(schema):
        return
    open_branches: list[tuple[Path, JsonValue]] = [(("schema",), schema)]
    size = 0
    while open_branches:
        path, value = open_branches.pop()
        size += _own_size(value)
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
    if size > SIZE_MAX:
        detail = f"The sample has about {size:,} characters; the limit is {SIZE_MAX:,}."
        yield Problem(Code.SCHEMA_TOO_BIG, ("schema",), detail, "A session holds some kilobytes at most: shorten it.")


def _is_plain(schema: JsonObject) -> bool:
    try:
        return is_plain_json(_COMPACT.encode(schema))
    except (RecursionError, TypeError, ValueError):
        return False


def is_plain_json(schema: str) -> bool:
    """Tell whether a schema is too small and too simple for any problem, by its JSON; most are, and are done."""
    return (
        len(schema) < _PLAIN_LENGTH
        and schema.count("{") + schema.count("[") < DEPTH_MAX
        and not any(odd in schema for odd in _ODD)
        and (schema.isascii() or is_storable(schema))
        and not _LONG_NUMBER.search(schema)
    )


def _own_size(value: JsonValue) -> int:
    """Return about how many characters of JSON a value takes, without what it holds."""
    match value:
        case str():
            return len(value) + 2
        case dict():
            return sum(map(len, value)) + 4 * len(value) + 2
        case _:
            return 4


def _key_problems(path: Path, mapping: JsonObject) -> Iterator[Problem]:
    for key in mapping:
        if not key or not is_storable(key):
            detail = "A key is empty, or holds a NUL or half a character, which can't be stored."
            yield Problem(Code.TEXT_CHARACTER, (*path, key), detail, at_key=True)


def _scalar_problems(path: Path, value: JsonValue) -> Iterator[Problem]:
    match value:
        case str() if not is_storable(value):
            detail = "The text holds a NUL, or half a character (a lone surrogate), which can't be stored."
            yield Problem(Code.TEXT_CHARACTER, path, detail)
        case bool():
            return
        case int() if abs(value) > INTEGER_MAX:
            detail = "A whole number in a sample has at most 63 bits."
            yield Problem(Code.NUMBER_OUT_OF_RANGE, path, detail, "Put quotes around it.")
        case float() if not math.isfinite(value):
            yield Problem(Code.NUMBER_OUT_OF_RANGE, path, "JSON has no such number.", "Put quotes around it.")
