"""Answers as JSON, and the fields in it, each of the kind that it must have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from reconciler.values import JsonValue

_TYPES: Mapping[type, str] = {
    str: "a string",
    int: "a whole number",
    bool: "true or false",
    dict: "an object",
    list: "an array",
}


class Malformed(Exception):
    """An answer is not what the agreement says. The text says what lacks or is wrong, and where."""


def json_object(body: bytes) -> dict[str, Any]:
    """Read an object that has no type of its own here."""
    return object_of(parsed(body), "the answer")


def problem(body: bytes) -> dict[str, JsonValue] | None:
    """Read a problem document; None where the body is something else."""
    try:
        found = parsed(body)
    except Malformed:
        return None
    return found if isinstance(found, dict) and isinstance(found.get("code"), str) else None


def parsed(body: bytes) -> Any:
    """Read JSON. Raises Malformed."""
    try:
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Malformed("it is not JSON") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def object_of(value: Any, where: str) -> dict[str, Any]:
    """Return an object. Raises Malformed."""
    if not isinstance(value, dict):
        raise Malformed(f"{where} is not an object")
    return value


def required(fields: dict[str, Any], name: str, kind: type, where: str, *, or_null: bool = False) -> Any:
    """Return a field of the kind that it must have. Raises Malformed."""
    try:
        value = fields[name]
    except KeyError:
        raise Malformed(f"`{name}` is missing in {where}") from None
    # `true` is no number, though Python has it as one.
    if type(value) is kind or (value is None and or_null):
        return value
    raise Malformed(f"`{name}` in {where} is not {_TYPES[kind]}{' or null' if or_null else ''}")


def optional(fields: dict[str, Any], name: str) -> str | None:
    """Return a text, where there is one."""
    value = fields.get(name)
    return value if isinstance(value, str) else None


def moment(fields: dict[str, Any], name: str, where: str) -> datetime:
    """Return a moment, in UTC. Raises Malformed."""
    text: str = required(fields, name, str, where)
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise Malformed(f"`{name}` in {where} is not a time") from None
    if time.tzinfo is None:
        raise Malformed(f"`{name}` in {where} is a time without a zone")
    return time.astimezone(UTC)
