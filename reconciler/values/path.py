"""Paths into a JSON value, and their spelling: `schema.details.email`, `schema.roles[0]`, `schema["a.b"]`."""

from __future__ import annotations

import json
import re
from typing import TypeAlias

from reconciler.values.json_value import JsonValue

Path: TypeAlias = tuple[str | int, ...]

_KEY = r"""[^\s.\[\]"]+"""
_BRACKETED = r"""\[(?P<index>[0-9]{1,9})\]|\[(?P<quoted>"(?:[^"\\]|\\.)*")\]"""
_PLAIN_KEY = re.compile(_KEY)
_FIRST_STEP = re.compile(rf"(?P<key>{_KEY})|{_BRACKETED}")
_NEXT_STEP = re.compile(rf"\.(?P<key>{_KEY})|{_BRACKETED}")


def format_path(path: Path) -> str:
    """Spell a path. The inverse of `parse_path`."""
    spelled = ""
    for step in path:
        if isinstance(step, int):
            spelled += f"[{step}]"
        elif _PLAIN_KEY.fullmatch(step):
            spelled += f".{step}" if spelled else step
        else:
            spelled += f"[{json.dumps(step, ensure_ascii=False)}]"
    return spelled


def parse_path(spelled: str) -> Path | None:
    """Read a spelled path; None where it is malformed."""
    path: list[str | int] = []
    at = 0
    while step := (_NEXT_STEP if path else _FIRST_STEP).match(spelled, at):
        read = int(step["index"]) if step["index"] else step["key"] or _unquoted(step["quoted"])
        if read is None:
            return None
        path.append(read)
        at = step.end()
    return tuple(path) if path and at == len(spelled) else None


def _unquoted(quoted: str) -> str | None:
    try:
        return str(json.loads(quoted))
    except ValueError:
        return None


def json_pointer(path: Path) -> str:
    """Spell a path as an RFC 6901 JSON pointer."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def value_at(value: JsonValue, path: Path) -> JsonValue:
    """Return what stands at `path`.

    Raises KeyError where nothing does.
    """
    for step in path:
        match value, step:
            case dict(), str() if step in value:
                value = value[step]
            case list(), int() if step < len(value):
                value = value[step]
            case _:
                raise KeyError(step)
    return value


def set_at(value: JsonValue, path: Path, new: JsonValue) -> JsonValue:
    """Return `value` with `new` at `path`; it shares what is not on the way. Objects that are missing are made.

    Where the way leads through something else, or beyond an array, the value stays as it is.
    """
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(value, dict) and isinstance(step, str):
        return {**value, step: set_at(value.get(step, {} if rest else None), rest, new)}
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return [*value[:step], set_at(value[step], rest, new), *value[step + 1 :]]
    return value


def removed_at(value: JsonValue, path: Path) -> JsonValue:
    """Return `value` without the key at `path`, and as it is where there is none. An array's item is not a key."""
    if len(path) == 1 and isinstance(value, dict):
        return {key: item for key, item in value.items() if key != path[0]}
    try:
        return set_at(value, path[:1], removed_at(value_at(value, path[:1]), path[1:])) if path[1:] else value
    except KeyError:
        return value
