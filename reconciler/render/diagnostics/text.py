"""Diagnostics as text: summary, place, the source line with a caret, the detail, the way out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from reconciler.diagnostics import Diagnostic, Location, Severity
from reconciler.errors import ReconcilerError
from reconciler.render.paint import Paint, Style, plain
from reconciler.render.values import counted, safe

_LINE_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_TOKEN = re.compile(r"\$\{[^}]*\}|\$Session\S*|(?:[^\s:,\[\]{}]|:(?=\S))+")
_EXCERPT_WIDTH = 160
_CONTEXT = 60


def render_diagnostics(diagnostics: Iterable[Diagnostic], sources: Mapping[str, str], paint: Paint = plain) -> str:
    """Return all diagnostics and a closing count. `sources` are the texts of the files that they point into."""
    listed = list(diagnostics)
    shown = dict.fromkeys(each.location.file for each in listed if each.location)
    lines = {file: _LINE_BREAK.split(sources[file]) for file in shown if file in sources}
    for file, line in {(at.file, at.line) for each in listed if each.code.hides_source and (at := each.location)}:
        if line <= len(lines.get(file, ())):
            lines[file][line - 1] = ""
    blocks = ["\n".join(_block(each, lines, paint)) for each in listed]
    return "\n\n".join([*blocks, _count(listed)])


def render_error(error: ReconcilerError, paint: Paint = plain) -> str:
    """Return an error that has no place in a file."""
    hint = f"\n  {safe(error.hint)}" if error.hint else ""
    return f"{paint('Error', 'error')}: {safe(error.message)}{hint}"


def _block(diagnostic: Diagnostic, lines: Mapping[str, list[str]], paint: Paint) -> Iterator[str]:
    style: Style = "error" if diagnostic.severity is Severity.ERROR else "warning"
    heading = paint(diagnostic.severity.value.capitalize(), style)
    yield f"{heading}: {paint(diagnostic.code.summary, 'strong')} {paint(f'[{diagnostic.code.value}]', 'faint')}"
    if diagnostic.location:
        yield f"  {safe(str(diagnostic.location))}"
        yield from _excerpt(diagnostic.location, lines, paint)
    yield f"  {safe(diagnostic.detail)}"
    if diagnostic.hint:
        yield f"  {safe(diagnostic.hint)}"


def _excerpt(location: Location, lines: Mapping[str, list[str]], paint: Paint) -> Iterator[str]:
    source = lines.get(location.file, [])
    if not 0 < location.line <= len(source) or not source[location.line - 1].strip():
        return
    line, start = _clipped(source[location.line - 1], location.column - 1)
    token = _TOKEN.match(line, start)
    marked = line[start : token.end()] if token else line[start : start + 1]
    margin = " " * len(str(location.line))
    yield f"  {margin} |"
    yield f"  {location.line} | {safe(line.expandtabs(1))}"
    yield f"  {margin} | {' ' * _width(line[:start])}{paint('^' * max(1, _width(marked)), 'error')}"


def _clipped(line: str, start: int) -> tuple[str, int]:
    """Return the part of a long line around `start`, and where `start` is in it."""
    if len(line) <= _EXCERPT_WIDTH:
        return line, start
    begin = max(0, start - _CONTEXT)
    return line[begin : begin + _EXCERPT_WIDTH], start - begin


def _width(text: str) -> int:
    """Return how many columns a terminal needs for a text, as `safe` shows it."""
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else len(safe(each))
        for each in text.expandtabs(1)
    )


def _count(diagnostics: list[Diagnostic]) -> str:
    errors = sum(each.severity is Severity.ERROR for each in diagnostics)
    warnings = len(diagnostics) - errors
    counts = [counted(errors, "error")] if errors else []
    counts += [counted(warnings, "warning")] if warnings else []
    return f"{' and '.join(counts)} found." if counts else ""
