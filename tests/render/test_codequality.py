"""GitLab's Code Quality report: the fields that it reads, and fingerprints by which it tells what is new."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reconciler.manifests import ManifestPath, load_manifests
from reconciler.plan import DiagnosticEntry, diagnostic_entry
from reconciler.render.diagnostics.codequality import render_codequality

BROKEN = "name: A\ntag: a\ntag: b\nperod: days\nexpiry: 0\nschema: {x: 1}\nselector: $Session{y}\n"


def report(folder: Path) -> list[dict[str, Any]]:
    loaded = load_manifests([ManifestPath(folder, "sessions")], root=folder, environment={})
    listed = json.loads(render_codequality(map(diagnostic_entry, loaded.diagnostics)))
    assert isinstance(listed, list)
    return listed


def test_an_entry_has_what_gitlab_reads(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(BROKEN, encoding="utf-8")
    entries = report(tmp_path)
    assert len(entries) >= 3
    for each in entries:
        assert set(each) - {"other_locations"} == {"description", "check_name", "fingerprint", "severity", "location"}
        assert each["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert each["location"]["path"] == "sessions/a.yaml"
        assert each["location"]["lines"]["begin"] >= 1
    assert len({each["fingerprint"] for each in entries}) == len(entries)


def test_a_fingerprint_stays_when_lines_move(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    twin = "name: A\ntag: twin\nschema: {x: a}\nselector: $Session{x}\nexpiry: 1\nperiod: days\n"
    (tmp_path / "b.yaml").write_text(f"{twin}---\n{twin}", encoding="utf-8")
    file.write_text(BROKEN, encoding="utf-8")
    before = report(tmp_path)
    file.write_text(f"# a comment\n\n{BROKEN}", encoding="utf-8")
    (tmp_path / "b.yaml").write_text(f"# a comment\n{twin}---\n{twin}", encoding="utf-8")
    after = report(tmp_path)
    assert [each["fingerprint"] for each in before] == [each["fingerprint"] for each in after]
    assert [each["location"] for each in before] != [each["location"] for each in after]


def test_two_alike_have_fingerprints_of_their_own() -> None:
    entry: DiagnosticEntry = {
        "severity": "warning",
        "code": "unknown-field",
        "summary": "Unknown field",
        "detail": "`x` is not a field.",
        "hint": "",
        "location": {"file": "./a.yaml", "line": 3, "column": 1},
    }
    nowhere: DiagnosticEntry = {**entry, "location": None, "severity": "error"}
    first, second, third = json.loads(render_codequality([entry, entry, nowhere]))
    assert len({each["fingerprint"] for each in (first, second, third)}) == 3
    assert (first["location"]["path"], first["severity"]) == ("a.yaml", "minor")
    assert (third["location"], third["severity"]) == ({"path": ".", "lines": {"begin": 1}}, "major")


def test_nothing_wrong_is_an_empty_list() -> None:
    assert render_codequality([]) == "[]"
