"""Diagnostics in the formats that other programs read, by name."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler import __version__
from reconciler.plan import DiagnosticEntry
from reconciler.render.diagnostics.codequality import render_codequality
from reconciler.render.diagnostics.github import render_github
from reconciler.render.diagnostics.junit import render_junit
from reconciler.render.diagnostics.sarif import render_sarif


def render_diagnostics_as(form: str, entries: Iterable[DiagnosticEntry]) -> str:
    """Return diagnostics in the format of that name."""
    match form:
        case "github":
            return render_github(entries)
        case "junit":
            return render_junit(entries)
        case "codequality":
            return render_codequality(entries)
        case _:
            return render_sarif(entries, __version__)
