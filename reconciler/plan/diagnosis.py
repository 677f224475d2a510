"""Diagnostics, and the places that they are about, as documents have them."""

from __future__ import annotations

from typing import Any

from reconciler.diagnostics import Diagnostic, Location
from reconciler.plan.document import DiagnosticEntry


def diagnostic_entry(diagnostic: Diagnostic) -> DiagnosticEntry:
    """Return a diagnostic as JSON."""
    entry: DiagnosticEntry = {
        "severity": diagnostic.severity.value,
        "code": diagnostic.code.value,
        "summary": diagnostic.code.summary,
        "detail": diagnostic.detail,
        "hint": diagnostic.hint,
        "location": location_entry(diagnostic.location),
    }
    if related := location_entry(diagnostic.related):
        entry["related"] = related
    return entry


def location_entry(location: Location | None) -> dict[str, Any] | None:
    """Return a place as JSON."""
    return {"file": location.file, "line": location.line, "column": location.column} if location else None
