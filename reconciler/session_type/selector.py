"""The selector: the path in a session's data at which the user's identifier stands, written `$Session{a}{b}`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.values import JsonObject, JsonValue, value_at

_FORM = re.compile(r"\$Session((?:\{[^{}]+\})+)")


@dataclass(frozen=True, slots=True)
class Selector:
    """A non-empty path of keys."""

    path: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Selector | None:
        """Read a selector; None where the form is wrong."""
        form = _FORM.fullmatch(text)
        return cls(tuple(form[1][1:-1].split("}{"))) if form else None

    def resolve(self, schema: JsonObject) -> JsonValue:
        """Return the sample value that the selector picks.

        Raises KeyError where the path leads nowhere.
        """
        return value_at(schema, self.path)

    def __str__(self) -> str:
        return "$Session" + "".join(f"{{{key}}}" for key in self.path)


def selectable_paths(schema: JsonObject) -> Iterator[Selector]:
    """Yield every selector that is valid for `schema`, in its order."""
    open_branches: list[tuple[tuple[str, ...], JsonValue]] = [((), schema)]
    while open_branches:
        path, value = open_branches.pop()
        if isinstance(value, dict):
            open_branches.extend(((*path, key), value[key]) for key in reversed(value))
        elif path and is_identifier(value) and not any(set(key) & set("{}") or not key for key in path):
            yield Selector(path)


def is_identifier(value: JsonValue) -> bool:
    """Tell whether a value can identify a user: a string, a number or a boolean."""
    return isinstance(value, (str, int, float, bool))
