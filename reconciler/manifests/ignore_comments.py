"""What the comments of a file ask to silence: `# reconciler:ignore[sample-token] key of the payment sandbox`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.diagnostics import Code, Diagnostic, Location, Severity, nearest_of
from reconciler.manifests.silence import MARKER
from reconciler.nodes import Comment, comments
from reconciler.session_type.lint import LINT_CODES

_FORM = re.compile(rf"{MARKER}\[(?P<codes>[^\[\]]*)\](?P<reason>.*)", re.DOTALL)
_BY_NAME = {code.value: code for code in LINT_CODES}


@dataclass(frozen=True, slots=True)
class Silence:
    """One code of a comment, and the line whose findings it silences; `place` is the comment's."""

    code: Code
    line: int
    place: Location


def read_silences(text: str, file: str) -> tuple[list[Silence], list[Diagnostic]]:
    """Return what a file's comments silence, and what is wrong about them."""
    silences: list[Silence] = []
    problems: list[Diagnostic] = []
    listed = comments(text)
    alone = {each.line for each in listed if each.alone}
    for comment in listed:
        if MARKER in comment.text:
            codes, wrong = _read(comment, file)
            place = Location(file, comment.line, comment.column)
            silences += (Silence(code, _line_meant(comment, alone), place) for code in codes)
            problems += wrong
    return silences, problems


def _line_meant(comment: Comment, alone: set[int]) -> int:
    """Return the comment's own line, or the first one below the comments that it stands among."""
    line = comment.line
    while line in alone:
        line += 1
    return line


def way_out(code: Code) -> str:
    """Say how to silence a finding."""
    return f"To keep it, say why beside it: `# {MARKER}[{code.value}] REASON`."


def _read(comment: Comment, file: str) -> tuple[list[Code], list[Diagnostic]]:
    form = _FORM.search(comment.text)
    names = [name.strip() for name in form["codes"].split(",")] if form else []
    place = Location(file, comment.line, comment.column)
    if form is None or not all(names):
        detail = f"A comment that silences a finding reads `# {MARKER}[CODE] REASON`."
        return [], [_warning(Code.IGNORE_FORM, detail, place, f"Codes: {', '.join(sorted(_BY_NAME))}.")]
    problems = list(_unknown(names, place))
    if not form["reason"].strip():
        detail = f"Whoever reads `{MARKER}` next needs to know why."
        problems.append(_warning(Code.IGNORE_REASON, detail, place, "Write the reason behind the bracket."))
    return [_BY_NAME[name] for name in names if name in _BY_NAME], problems


def _unknown(names: list[str], place: Location) -> Iterator[Diagnostic]:
    others = {code.value for code in Code}
    for name in names:
        if name in _BY_NAME:
            continue
        if name in others:
            yield _warning(Code.IGNORE_UNKNOWN_CODE, f"`{name}` can't be silenced: it has to be mended.", place, "")
            continue
        nearest = nearest_of(name, _BY_NAME)
        hint = f"Did you mean `{nearest}`?" if nearest else f"Codes: {', '.join(sorted(_BY_NAME))}."
        yield _warning(Code.IGNORE_UNKNOWN_CODE, f"No finding has the code `{name}`.", place, hint)


def _warning(code: Code, detail: str, place: Location, hint: str) -> Diagnostic:
    return Diagnostic(code, detail, place, hint, Severity.WARNING)
