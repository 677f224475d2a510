"""Diagnostics as GitHub annotations, which a pull request shows at the lines that they are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.plan import DiagnosticEntry
from reconciler.render.values import counted, diagnostic_path, diagnostic_words, safe
from reconciler.render.workflow_commands import SHOWN, workflow_command

_KINDS = ("error", "warning")  # worst first


def render_github(diagnostics: Iterable[DiagnosticEntry]) -> str:
    """Return a workflow command for each diagnostic that GitHub would show, and a line that counts the others."""
    return "\n".join(_lines(list(diagnostics)))


def _lines(diagnostics: list[DiagnosticEntry]) -> Iterator[str]:
    more = []
    for kind in _KINDS:
        found = [each for each in diagnostics if each["severity"] == kind]
        yield from map(_annotation, found[:SHOWN])
        if len(found) > SHOWN:
            more.append(counted(len(found) - SHOWN, f"more {kind}"))
    if more:
        verb = "is" if more[0].startswith("1 ") and len(more) == 1 else "are"
        yield f"{' and '.join(more)} {verb} not annotated: GitHub shows {SHOWN} of a kind."


def _annotation(diagnostic: DiagnosticEntry) -> str:
    properties: dict[str, str | int] = {}
    if location := diagnostic["location"]:
        properties["file"] = diagnostic_path(location)
        properties |= {"line": location["line"], "col": location["column"]}
    if diagnostic["summary"] != diagnostic["detail"]:  # an error of the run has but one text
        properties["title"] = safe(diagnostic["summary"])
    return workflow_command(diagnostic["severity"], diagnostic_words(diagnostic), properties)
