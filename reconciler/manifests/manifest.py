"""One YAML document to one desired session type, or to the problems that forbid it."""

from __future__ import annotations

from reconciler.diagnostics import Code, Diagnostic, Problem, Severity, unknown_key
from reconciler.nodes import Document, located
from reconciler.plan import Desired, Lifecycle
from reconciler.session_type import FIELDS, check
from reconciler.session_type.lint import lint
from reconciler.values import JsonObject, JsonValue

LIFECYCLE = "lifecycle"
_NO_LIFECYCLE = Lifecycle()


def read_manifest(document: Document, file: str) -> tuple[Desired | None, tuple[Diagnostic, ...]]:
    """Check a document that is a mapping. `file` is what the registry records as the manifest's file."""
    fields = dict(document.data) if isinstance(document.data, dict) else {}
    lifecycle, wrong = _lifecycle(fields)
    checked = check(fields)
    problems = [*map(_knowing_lifecycle, checked.problems), *wrong]
    if checked.session_type:
        problems += lint(checked.session_type)
    diagnostics = tuple(located(problems, document))
    if checked.session_type is None or any(each.severity is Severity.ERROR for each in diagnostics):
        return None, diagnostics
    desired = Desired(checked.session_type, document.location, file, document.marks, lifecycle)
    return desired, diagnostics


def _knowing_lifecycle(problem: Problem) -> Problem:
    """Let the hint of an unknown field know the one key that a manifest has beyond its session type."""
    if problem.code is not Code.UNKNOWN_FIELD:
        return problem
    return unknown_key(problem.path, (*FIELDS, LIFECYCLE), of="a session type")


def _lifecycle(fields: JsonObject) -> tuple[Lifecycle, list[Problem]]:
    """Take a manifest's lifecycle from its fields, and what is wrong with it."""
    if LIFECYCLE not in fields:
        return _NO_LIFECYCLE, []
    from reconciler.manifests.lifecycle import lifecycle_problems, read_lifecycle  # noqa: PLC0415 - pydantic is slow

    written: JsonValue = fields.pop(LIFECYCLE)
    return read_lifecycle(written), list(lifecycle_problems(written, fields))
