"""Colour, as a function that is handed in: the renderers say what a text is, and somebody else how that looks."""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

Style: TypeAlias = Literal["create", "update", "delete", "error", "warning", "strong", "faint"]


class Paint(Protocol):
    """Gives a text the look of a style."""

    def __call__(self, text: str, style: Style, /) -> str:
        """Return the text, painted."""
        ...


def plain(text: str, _style: Style, /) -> str:
    """Leave the text as it is."""
    return text
