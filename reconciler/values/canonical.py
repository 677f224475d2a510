"""The canonical form of a JSON value: equal values, and only those, have the same form.

Key order has no meaning, `1` and `1.0` are one number, `true` is never `1` (Python's own `==` says it is, which is why
comparisons go through here).
"""

from __future__ import annotations

import json

from reconciler.values.json_value import JsonValue


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
    return json.dumps(canonical_value(value), ensure_ascii=False, separators=(",", ":"))


def same_value(left: JsonValue, right: JsonValue) -> bool:
    """Tell whether two values are one in canonical form.

    Python's `==` is asked first: it never separates what the canonical form unites, and it is fast.
    """
    return left == right and canonical_json(left) == canonical_json(right)
