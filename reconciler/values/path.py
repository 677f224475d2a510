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
