"""Diagnostics as SARIF 2.1.0, for code scanning.

A result is about a place: GitHub refuses a file that has one without. What is about no file (a path that leads
nowhere, wrong usage) is a notification of the run, which then was no success.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.diagnostics import Code
from reconciler.plan import DiagnosticEntry
from reconciler.render.json_text import render_json
from reconciler.render.values import diagnostic_path, diagnostic_words

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_UNESCAPED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")
_SUMMARIES = {code.value: code.summary for code in Code}
_NO_CODE = "The run failed"


def render_sarif(diagnostics: Iterable[DiagnosticEntry], version: str) -> str:
    """Return a log with one run of reconciler, which is of this version."""
    listed = list(diagnostics)
    located = [each for each in listed if each["location"]]
    others = [each for each in listed if not each["location"]]
    rules = list(dict.fromkeys(each["code"] for each in located))
    driver: dict[str, Any] = {"name": "reconciler", "version": version, "rules": list(map(_descriptor, rules))}
    invocation: dict[str, Any] = {"executionSuccessful": all(each["severity"] != "error" for each in others)}
    if others:
        driver["notifications"] = list(map(_descriptor, dict.fromkeys(each["code"] for each in others)))
        invocation["toolExecutionNotifications"] = list(map(_notification, others))
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "results": [_result(each, rules.index(each["code"])) for each in located],
    }
    return render_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _descriptor(code: str) -> dict[str, Any]:
    return {"id": code, "shortDescription": {"text": _SUMMARIES.get(code, _NO_CODE)}}


def _notification(diagnostic: DiagnosticEntry) -> dict[str, Any]:
    return {"descriptor": {"id": diagnostic["code"]}, **_said(diagnostic)}


def _result(diagnostic: DiagnosticEntry, rule: int) -> dict[str, Any]:
    result = {"ruleId": diagnostic["code"], "ruleIndex": rule, **_said(diagnostic)}
    if location := diagnostic["location"]:
        result["locations"] = [_location(location)]
    if related := diagnostic.get("related"):
        result["relatedLocations"] = [{"id": 1, **_location(related), "message": {"text": "This place belongs to it."}}]
    return result


def _said(diagnostic: DiagnosticEntry) -> dict[str, Any]:
    return {"level": diagnostic["severity"], "message": {"text": diagnostic_words(diagnostic)}}


def _location(location: Mapping[str, Any]) -> dict[str, Any]:
    region = {"startLine": location["line"], "startColumn": location["column"]}
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(diagnostic_path(location))}, "region": region}}


def _uri(file: str) -> str:
    """Return a path as a URI reference; a relative path stays relative."""
    # Even half a character gets a URI, though no file will be found there.
    escaped = "".join(
        chr(byte) if byte in _UNESCAPED else f"%{byte:02X}" for byte in file.encode(errors="backslashreplace")
    )
    return f"file://{escaped}" if escaped.startswith("/") else escaped
