"""The canonical form of a JSON value: equal values, and only those, have the same form.

Key order has no meaning, `1` and `1.0` are one number, `true` is never `1` (Python's own `==` says it is, which is why
comparisons go through here).
"""

from __future__ import annotations

import json
from marshal import dumps as _bytes_of

from reconciler.values.json_value import JsonValue

_TYPED = 2  # the last version of the format in which bytes depend on types and values alone
_SORTED = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def canonical_value(value: JsonValue) -> JsonValue:
    """Return `value` with keys sorted and whole numbers as integers, at every depth. Idempotent."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case list():
            return [canonical_value(item) for item in value]
        case dict():
            return {key: canonical_value(value[key]) for key in sorted(value)}
        case _:
            return value


def canonical_json(value: JsonValue) -> str:
    """Return the canonical form as compact JSON text, for comparing and for digests."""
    text = _SORTED.encode(value)
    return _SORTED.encode(canonical_value(value)) if _may_differ(text) else text


def sorted_json(value: JsonValue) -> str | None:
    """Return canonical JSON that is as long as any compact JSON of the value; None where that takes care to tell."""
    try:
        text = _SORTED.encode(value)
    except (RecursionError, TypeError, ValueError):
        return None
    return None if _may_differ(text) else text


def _may_differ(text: str) -> bool:
    """Tell whether there may be whole numbers that are written as floats: all of them have one of these."""
    return ".0" in text or "e+" in text


def same_value(left: JsonValue, right: JsonValue) -> bool:
    """Tell whether two values are one in canonical form.

    Nearly all that are one are so to the byte, which is told fastest; Python's `==` never separates what the canonical
    form unites.
    """
    return _bytes_of(left, _TYPED) == _bytes_of(right, _TYPED) or (left == right and _same_kinds(left, right))


def _same_kinds(left: JsonValue, right: JsonValue) -> bool:
    """Tell whether equal values are booleans in the same places."""
    match left, right:
        case dict(), dict():
            return all(_same_kinds(item, right[key]) for key, item in left.items())
        case list(), list():
            return all(map(_same_kinds, left, right))
        case _:
            return isinstance(left, bool) is isinstance(right, bool)
