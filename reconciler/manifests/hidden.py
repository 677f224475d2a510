"""Texts with something hidden in them: every character keeps its place, so that lines and columns still fit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_STAR = "*"
_BREAKS = "\r\n\x85\u2028\u2029"
_LINE = re.compile(rf"[^{_BREAKS}]+")
_COMMENT = re.compile(r"[ \t]+#[^\r\n\x85\u2028\u2029]*")
_KEYED = re.compile(r"""(?P<lead>[\s\-?]*)(?P<key>"[^"]*"|'[^']*'|[\w.$-]+)\s*:(?=\s|$)""")
_WORDS = re.compile(r"""[^\s,\[\]{}"'`:]+""")


def with_spans_hidden(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return a text with the spans hidden, and the comment behind each: that is where a former value is kept."""
    characters = list(text)
    for start, end in spans:
        kept = text[start:end].rstrip()
        comment = _COMMENT.match(text, start + len(kept))
        for line in _LINE.finditer(text, start, comment.end() if comment else start + len(kept)):
            lead = len(line[0]) - len(line[0].lstrip())
            characters[line.start() + lead : line.end()] = _STAR * (len(line[0]) - lead)
    return "".join(characters)


def with_values_hidden(text: str) -> str:
    """Return a text that is no YAML with everything hidden that stands right of a key, or on a line without one.

    What is indented deeper than a key with a value is that value's continuation, whatever it looks like.
    """
    spans = list(_values(text))
    return with_spans_hidden(text, spans)


def _values(text: str) -> Iterator[tuple[int, int]]:
    inside = -1  # the indentation of the key whose value goes on
    for line in _LINE.finditer(text):
        content = line[0].strip()
        if not content or content in {"---", "..."}:
            continue
        keyed = _KEYED.match(line[0])
        indent = len(keyed["lead"]) if keyed else len(line[0]) - len(line[0].lstrip())
        if inside >= 0 and indent > inside:
            yield line.span()
            continue
        inside = -1
        if keyed is None:
            yield line.span()
        elif line[0][keyed.end() :].strip():
            inside = indent
            yield line.start() + keyed.end(), line.end()


def words(text: str) -> Iterator[str]:
    """Yield what a message could repeat of a text: its words, and those without YAML's own marks."""
    for found in _WORDS.finditer(text):
        yield found[0]
        yield found[0].strip("*&!<>|-+#")
