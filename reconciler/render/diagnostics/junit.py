"""Diagnostics as JUnit XML: a test case for each file that has some, which fails if one of them is an error.

A test case has at most one `<failure>`, which lists all errors of the file: readers differ in what they do with more.
The text is ASCII with character references, so that it is well-formed in whatever encoding stdout has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from reconciler.plan import DiagnosticEntry
from reconciler.render.values import counted, diagnostic_path, diagnostic_words

_NAME = "reconciler"
_NO_FILE = "run"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_junit(diagnostics: Iterable[DiagnosticEntry]) -> str:
    """Return one test suite. What is about no file is a test case too, and without diagnostics that one passes."""
    by_file: dict[str, list[DiagnosticEntry]] = {}
    for each in diagnostics:
        file = diagnostic_path(each["location"]) if each["location"] else _NO_FILE
        by_file.setdefault(file, []).append(each)
    cases = [_case(file, found) for file, found in (by_file or {_NO_FILE: []}).items()]
    failures = sum(case.find("failure") is not None for case in cases)
    counts = {"tests": str(len(cases)), "failures": str(failures), "errors": "0", "skipped": "0", "time": "0"}
    suite = ET.Element("testsuite", {"name": _NAME, **counts})
    suite.extend(cases)
    suites = ET.Element("testsuites", {"name": _NAME, **counts})
    suites.append(suite)
    ET.indent(suites)
    body = ET.tostring(suites, encoding="us-ascii", xml_declaration=False).decode("ascii")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'


def _case(file: str, diagnostics: list[DiagnosticEntry]) -> ET.Element:
    case = ET.Element("testcase", {"classname": _NAME, "name": _clean(file), "time": "0"})
    if any(each["location"] for each in diagnostics):
        case.set("file", _clean(file))
    errors = [each for each in diagnostics if each["severity"] == "error"]
    if errors:
        message = errors[0]["summary"] if len(errors) == 1 else counted(len(errors), "error")
        failure = ET.SubElement(case, "failure", {"message": _clean(message), "type": _clean(errors[0]["code"])})
        failure.text = _listed(errors)
    warnings = [each for each in diagnostics if each["severity"] != "error"]
    if warnings:
        ET.SubElement(case, "system-out").text = _listed(warnings)
    return case


def _listed(diagnostics: list[DiagnosticEntry]) -> str:
    return _clean("\n".join(map(_line, diagnostics)))


def _line(diagnostic: DiagnosticEntry) -> str:
    place = diagnostic["location"]
    prefix = f"{diagnostic_path(place)}:{place['line']}:{place['column']}: " if place else ""
    return f"{prefix}{diagnostic['severity']}: {diagnostic_words(diagnostic)} [{diagnostic['code']}]"


def _clean(text: str) -> str:
    """Leave out the characters that XML can't hold, not even escaped."""
    return _NOT_XML.sub("", text)
