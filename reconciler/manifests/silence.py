"""Silences lint findings where a comment says why, in the line of the value or above it.

The comment counts in the file where the value is written, which may be an overlay's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.diagnostics import Code, Diagnostic, Location, Severity
from reconciler.nodes import split_lines
from reconciler.session_type.lint import LINT_CODES

if TYPE_CHECKING:
    from reconciler.manifests.ignore_comments import Silence

MARKER = "reconciler:ignore"


def silenced(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, str], *, unused: Iterable[str] = ()
) -> list[Diagnostic]:
    """Return the diagnostics without what comments silence, and with what is wrong about the comments.

    Whether a comment silences nothing can't be told where there are errors, because then not all is looked at, nor in
    the `unused` files, which were read and then left out.
    """
    listed = _said_once(list(diagnostics), sources)
    if not listed and not any(MARKER in text for text in sources.values()):
        return []
    from reconciler.manifests.ignore_comments import read_silences  # noqa: PLC0415 - most runs have nothing to say

    silences: list[Silence] = []
    for file, text in sources.items():
        if MARKER not in text:
            continue
        found, problems = read_silences(text, file)
        silences += found
        listed += problems
    asked = {(each.place.file, each.line, each.code) for each in silences}
    hit = asked.intersection(map(_key, listed))
    if all(each.severity is not Severity.ERROR for each in listed):
        listed += _idle([each for each in silences if each.place.file not in set(unused)], hit)
    return [_with_way_out(each) for each in listed if _key(each) not in hit]


def _key(diagnostic: Diagnostic) -> tuple[str, int, Code]:
    at = diagnostic.location or Location("", 0)
    return at.file, at.line, diagnostic.code


def _idle(silences: Iterable[Silence], hit: set[tuple[str, int, Code]]) -> Iterator[Diagnostic]:
    for each in silences:
        if (each.place.file, each.line, each.code) not in hit:
            detail = f"Line {each.line} has no finding `{each.code.value}`."
            hint = "Remove the comment, or move it into the line of the value that it is about."
            yield Diagnostic(Code.IGNORE_UNUSED, detail, each.place, hint, Severity.WARNING)


def _with_way_out(diagnostic: Diagnostic) -> Diagnostic:
    if diagnostic.code not in LINT_CODES:
        return diagnostic
    from reconciler.manifests.ignore_comments import way_out  # noqa: PLC0415 - as above

    return replace(diagnostic, hint=f"{diagnostic.hint} {way_out(diagnostic.code)}")


def _said_once(diagnostics: list[Diagnostic], sources: Mapping[str, str]) -> list[Diagnostic]:
    """Drop a finding at an alias: it is told, and may be silenced, where the value is written."""
    aliases = set(_at_aliases(diagnostics, sources))
    written = {(_file(each), each.code) for each in diagnostics if each not in aliases}
    return [each for each in diagnostics if each not in aliases or (_file(each), each.code) not in written]


def _at_aliases(diagnostics: Iterable[Diagnostic], sources: Mapping[str, str]) -> Iterator[Diagnostic]:
    findings = [each for each in diagnostics if each.code in LINT_CODES]
    lines = {file: split_lines(sources[file]) for file in set(map(_file, findings)) if "*" in sources.get(file, "")}
    for each in findings:
        at = each.location
        if at and at.file in lines and lines[at.file][at.line - 1][at.column - 1 :].startswith("*"):
            yield each


def _file(diagnostic: Diagnostic) -> str:
    return diagnostic.location.file if diagnostic.location else ""
