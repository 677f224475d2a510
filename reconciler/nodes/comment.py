"""The comments of a YAML text, which the parser's events leave out.

What the events do tell is where each scalar begins and ends: a `#` in none of them, after white space, is a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import ScalarEvent

from reconciler.nodes.events import events
from reconciler.nodes.text import split_lines

_HASH = re.compile(r"(?:^|(?<=[ \t]))#")
_BLOCK_STYLES = ("|", ">")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, from its `#` to the end of the line. Line and column count from 1; one `alone` fills its line."""

    line: int
    column: int
    text: str
    alone: bool


@dataclass(frozen=True, slots=True, order=True)
class _Span:
    """Where a scalar stands, line and column from 0; the end is behind it."""

    begin: tuple[int, int]
    end: tuple[int, int]


def comments(text: str) -> tuple[Comment, ...]:
    """Return every comment in order; none of a text that is no valid YAML."""
    try:
        spans = sorted(_span(event) for event in events(text) if isinstance(event, ScalarEvent))
    except YAMLError:
        return ()
    return tuple(_outside(split_lines(text), spans))


def _span(event: ScalarEvent) -> _Span:
    begin, end = ((mark.line, mark.column) for mark in (event.start_mark, event.end_mark))
    if event.style in _BLOCK_STYLES:
        begin = (begin[0] + 1, 0)  # what follows the sign in its line may be a comment
    return _Span(begin, end)


def _outside(lines: list[str], spans: list[_Span]) -> Iterator[Comment]:
    at = 0
    for number, line in enumerate(lines):
        for found in _HASH.finditer(line):
            place = (number, found.start())
            while at < len(spans) and spans[at].end <= place:
                at += 1
            if at == len(spans) or place < spans[at].begin:
                column = found.start()
                yield Comment(number + 1, column + 1, line[column:], alone=not line[:column].strip())
                break
