"""Gives problems of a value their place in the document that the value was read from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.diagnostics import Code, Diagnostic, Problem
from reconciler.nodes.document import Document
from reconciler.nodes.marks import key_location, value_location


def located(problems: Iterable[Problem], document: Document) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each problem. What is missing is placed at what should hold it."""
    for problem in problems:
        missing = problem.code is Code.MISSING_FIELD
        locate = key_location if problem.at_key else value_location
        location = locate(document.marks, problem.path[:-1] if missing else problem.path) or document.location
        yield Diagnostic(problem.code, problem.detail, location, problem.hint, problem.severity)
