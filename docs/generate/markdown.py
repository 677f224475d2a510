"""Markdown that the site's builder and GitHub read alike."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence

NOTE = "<!-- Made by `python -m docs.generate` from the code. Do not edit it by hand. -->"


def page(title: str, *parts: str) -> str:
    """Return a page: title, note, and its parts with a blank line between them."""
    return "\n\n".join((f"# {title}", NOTE, *filter(None, parts))) + "\n"


def code(text: str) -> str:
    """Return text as code."""
    return f"`{text}`"


def fence(language: str, text: str) -> str:
    """Return a block of code."""
    return f"```{language}\n{text.strip()}\n```"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; nothing for no rows."""
    cells = [" | ".join(map(_cell, row)) for row in rows]
    if not cells:
        return ""
    return "\n".join((f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {row} |" for row in cells)))


def bullets(items: Iterable[str]) -> str:
    """Return a list."""
    return "\n".join(f"- {item}" for item in items)


def docstring(thing: object) -> str:
    """Return a docstring as paragraphs; nothing for a class that has only the one that was made for it."""
    text = inspect.cleandoc(getattr(thing, "__doc__", None) or "")
    return "" if text.startswith(f"{getattr(thing, '__name__', '')}(") else text


def first_sentence(text: str) -> str:
    """Return the summary line of a docstring."""
    return text.partition("\n\n")[0].replace("\n", " ")


def _cell(text: str) -> str:
    return text.replace("\n", " ").replace("|", "\\|")
