"""JUnit's XML: a test case for each change, which fails where a guard refuses it, a call failed, or live drifted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from reconciler.plan import ChangeEntry, OutcomeEntry, PlanDocument
from reconciler.render import view as tell
from reconciler.render.reading import View
from reconciler.render.refusals_text import way_out
from reconciler.render.values import safe


@dataclass(frozen=True, slots=True)
class _Case:
    """A test case. `verdict` is the element that says how it ended: failure, error, skipped; empty for a pass."""

    group: str
    name: str
    verdict: str = ""
    message: str = ""
    text: str = ""
    location: dict[str, Any] | None = None


def render_junit(document: PlanDocument, view: View = View()) -> str:
    """Return the report. It has one case at least: CI systems take an empty one for a broken one."""
    title = tell.title(document, view)
    cases = list(_cases(document, view)) or [_Case(view.kind, tell.sentences(document, view)[0])]
    counts = {"tests": str(len(cases))}
    for key, verdict in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        counts[key] = str(sum(case.verdict == verdict for case in cases))
    root = ET.Element("testsuites", {"name": title, **counts})
    suite = ET.SubElement(root, "testsuite", {"name": title, **counts, "timestamp": safe(document["timestamp"])})
    for case in cases:
        _add(suite, case)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def _cases(document: PlanDocument, view: View) -> Iterator[_Case]:
    for found in tell.diagnostics(document):
        verdict = "error" if found["severity"] == "error" else ""
        yield _Case("diagnostic", found["summary"], verdict, found["detail"], tell.said(found), found["location"])
    for refusal in document["refusals"]:
        name = " ".join(filter(None, (refusal["guard"], refusal["tag"])))
        yield _Case("guard", name, "failure", refusal["reason"], way_out(refusal))
    for broken in document.get("policy_warnings", ()):
        yield _Case("policy", f"{broken['rule']} {broken['tag']}", text=f"Warning: {broken['message']}")
    ended = {each["name"]: each for each in tell.outcomes(document)}
    for entry in tell.changes(document, view):
        yield _drift(entry) if view.drift else _change(entry, ended.get(entry["name"]))
    yield from map(_drift, tell.drifted(document, view))
    for tag in tell.strays(document, view):
        yield _Case("unmanaged", tag, "failure", "No manifest of this project has it.")


def _drift(entry: ChangeEntry) -> _Case:
    return _Case("drift", entry["name"], "failure", tell.what(entry), _lines(entry), tell.place(entry))


def _change(entry: ChangeEntry, ended: OutcomeEntry | None) -> _Case:
    verdict = {"failed": "failure", "not-tried": "skipped"}.get(ended["status"] if ended else "", "")
    message = (ended["error"] if ended else None) or tell.what(entry)
    return _Case("change", entry["name"], verdict, message, _lines(entry), tell.place(entry))


def _lines(entry: ChangeEntry) -> str:
    return "\n".join([tell.what(entry), *tell.lines_of(entry)])


def _add(suite: ET.Element, case: _Case) -> None:
    attributes = {"classname": f"reconciler.{case.group}", "name": safe(case.name), "time": "0"}
    if case.location:
        attributes |= {"file": safe(case.location["file"]), "line": str(case.location["line"])}
    element = ET.SubElement(suite, "testcase", attributes)
    if case.verdict:
        said = {"message": safe(case.message)} | ({"type": case.group} if case.verdict != "skipped" else {})
        ET.SubElement(element, case.verdict, said).text = _kept(case.text)
    elif case.text:
        ET.SubElement(element, "system-out").text = _kept(case.text)


def _kept(text: str) -> str:
    return "\n".join(map(safe, text.split("\n")))
