"""Diagnostics as GitLab's Code Quality report, which a merge request shows in its diff.

GitLab tells what is new by the fingerprints: one must stay when lines move above it, and differ from all others.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.plan import DiagnosticEntry
from reconciler.render.json_text import render_json
from reconciler.render.values import diagnostic_path, diagnostic_words, safe

_PLACE = re.compile(r"(?<=line )\d+|:\d+:\d+")  # another place, as a detail names it
_SEVERITIES = {"error": "major"}
_NO_FILE: Mapping[str, Any] = {"file": ".", "line": 1}  # the format demands a place: the folder


def render_codequality(diagnostics: Iterable[DiagnosticEntry]) -> str:
    """Return a JSON list with an entry for each diagnostic."""
    seen: Counter[str] = Counter()
    entries = []
    for each in diagnostics:
        identity = _identity(each)
        entries.append(_entry(each, hashlib.sha256(f"{identity}\n{seen[identity]}".encode()).hexdigest()))
        seen[identity] += 1
    return render_json(entries)


def _identity(diagnostic: DiagnosticEntry) -> str:
    """Return what a diagnostic is about, without any line."""
    place = diagnostic["location"] or _NO_FILE
    return "\n".join(map(safe, (diagnostic_path(place), diagnostic["code"], _PLACE.sub("", diagnostic["detail"]))))


def _entry(diagnostic: DiagnosticEntry, fingerprint: str) -> dict[str, Any]:
    place = diagnostic["location"] or _NO_FILE
    entry: dict[str, Any] = {
        "description": diagnostic_words(diagnostic),
        "check_name": diagnostic["code"],
        "fingerprint": fingerprint,
        "severity": _SEVERITIES.get(diagnostic["severity"], "minor"),
        "location": {"path": safe(diagnostic_path(place)), "lines": {"begin": place["line"]}},
    }
    if related := diagnostic.get("related"):
        other = {"path": safe(diagnostic_path(related)), "lines": {"begin": related["line"]}}
        entry["other_locations"] = [other]
    return entry
