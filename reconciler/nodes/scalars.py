"""The YAML 1.2 core schema: what a plain scalar means.

`no`, `2024-01-01`, `1:30` and `1_000` are strings in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from reconciler.nodes.variables import is_one_reference, substitute
from reconciler.values import JsonObject, JsonValue, json_type

_CONSTANTS: dict[str, JsonValue] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_CORE = "tag:yaml.org,2002:"
_SCALAR_TAGS = {
    _CORE + "null": "null",
    _CORE + "bool": "boolean",
    _CORE + "int": "number",
    _CORE + "float": "number",
    _CORE + "str": "string",
    "!": "string",
}

_DECIMAL = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_FIRST_OF_NUMBER = frozenset("0123456789+-.")
# What any plain scalar begins with (`text[:1]`) that means something else than its own text.
FIRST_OF_MEANING = _FIRST_OF_NUMBER | {text[:1] for text in _CONSTANTS}

# Longer digits are no number that any registry could keep, and Python refuses to read more than 4,300 of them.
DIGITS_MAX = 1_000


class NumberTooLong(ValueError):
    """A number with more than DIGITS_MAX characters."""


def resolve(text: str) -> JsonValue:
    """Return what a plain scalar means.

    Raises NumberTooLong.
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    return _number(text) if text[0] in _FIRST_OF_NUMBER else text


def _number(text: str) -> JsonValue:
    for form, read in _NUMBERS:
        if form.fullmatch(text):
            if len(text) > DIGITS_MAX:
                raise NumberTooLong
            return read(text)
    return text


_NUMBERS = (
    (_DECIMAL, int),
    (_OCTAL, lambda text: int(text, 0)),
    (_HEXADECIMAL, lambda text: int(text, 0)),
    (_FLOAT, float),
)


def scalar_value(text: str, tag: str | None, environment: Mapping[str, str], *, plain: bool) -> JsonValue:
    """Return a scalar's value with its variables replaced; a plain one keeps its type where it is one reference.

    Raises NumberTooLong and VariableProblem.
    """
    by_meaning = plain if tag is None else _SCALAR_TAGS.get(tag, "string") != "string"
    if "${" in text:
        by_meaning = by_meaning and is_one_reference(text)
        text = substitute(text, environment)
    return resolve(text) if by_meaning else text


def fits_tag(tag: str | None, value: JsonValue) -> bool:
    """Tell whether a value is what its explicit tag says, if it has one."""
    if tag == _CORE + "int" and isinstance(value, float):
        return False
    return tag is None or _SCALAR_TAGS.get(tag) == json_type(value)


def fits_collection(tag: str | None, value: JsonObject | list[JsonValue]) -> bool:
    """Tell whether a mapping or sequence is what its explicit tag says, if it has one."""
    return tag in {None, "!", _CORE + ("map" if isinstance(value, dict) else "seq")}
