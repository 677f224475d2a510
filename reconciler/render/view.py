"""What every format tells of a document: which entries, worst first, which sentences, and in which words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from reconciler.plan import ChangeEntry, DiagnosticEntry, FieldEntry, OutcomeEntry, PlanDocument
from reconciler.render.apply_verdict import apply_verdict
from reconciler.render.drift_text import drift_summary_lines
from reconciler.render.entries import (
    drift_verb,
    effect,
    is_withheld,
    reach,
    remarks,
    shown_action,
    signature,
    told_by,
    weight,
)
from reconciler.render.fields_text import change_of, field_lines
from reconciler.render.header_text import header_lines
from reconciler.render.paint import plain
from reconciler.render.plan_text import summary_lines
from reconciler.render.reading import View
from reconciler.render.values import counted, safe

_VERBS = {"create": "create", "update": "update", "delete": "delete", "adopt": "record ownership", "settle": "settle"}


def name_of(document: PlanDocument) -> str:
    """Return what tells this report from those of other targets."""
    return safe(document["target"]["name"] or document["target"]["product"])


def title(document: PlanDocument, view: View) -> str:
    """Return the headline of a report."""
    kind = "apply" if "outcomes" in document else view.kind
    return f"reconciler {kind}: {name_of(document)}"


def heads(document: PlanDocument) -> list[str]:
    """Return product, registry and revision, a line each; nothing of a run that came to no plan."""
    return [] if diagnostics(document) else [line for line in header_lines(document, plain) if line]


def changes(document: PlanDocument, view: View) -> list[ChangeEntry]:
    """Return the entries that a report is about, worst first."""
    if view.drift:
        return list(document["resource_drift"])
    return sorted(filter(shown_action, document["resource_changes"]), key=weight)


def drifted(document: PlanDocument, view: View) -> list[ChangeEntry]:
    """Return the drift that a plan tells beside its changes."""
    return [] if view.drift else list(document["resource_drift"])


def strays(document: PlanDocument, view: View) -> list[str]:
    """Return the unmanaged records that a strict drift report counts."""
    return list(document["unmanaged"]) if view.drift and view.strict else []


def diagnostics(document: PlanDocument) -> list[DiagnosticEntry]:
    """Return the diagnostics of a run that failed."""
    return list(document.get("diagnostics", ()))


def outcomes(document: PlanDocument) -> list[OutcomeEntry]:
    """Return what became of each call of an apply."""
    return list(document.get("outcomes", ()))


def sentences(document: PlanDocument, view: View) -> list[str]:
    """Return the summary: the line that people grep, and the notes after it."""
    found = diagnostics(document)
    if found:
        errors = sum(each["severity"] == "error" for each in found)
        return [f"{counted(errors, 'error')}; there is no {view.kind}."]
    if view.drift:
        return list(drift_summary_lines(document, plain, strict=view.strict))
    return [*applied(document), *summary_lines(document, plain)]


def applied(document: PlanDocument) -> Iterator[str]:
    """Yield what an apply did; nothing for a document that nobody applied."""
    if "outcomes" not in document:
        return
    ended = outcomes(document)
    if not ended:
        yield "Nothing was applied."
        return
    done = [each["action"] for each in ended if each["status"] == "done"]
    yield apply_verdict(Counter(done), complete=len(done) == len(ended))
    if len(done) < len(ended):
        failed = sum(each["status"] == "failed" for each in ended)
        yield f"{failed} failed, {len(ended) - len(done) - failed} not tried."


def what(entry: ChangeEntry) -> str:
    """Say in a few words what happens, or what happened, to a record."""
    if "changed_by" in entry:
        told = drift_verb(entry).removeprefix("was ") + told_by(entry)
        return ", ".join(filter(None, (told, reach(entry))))
    listed = ["withheld, --prune deletes"] if is_withheld(entry) else remarks(entry)
    return _VERBS[shown_action(entry)] + (f" ({', '.join(listed)})" if listed else "")


def lines_of(entry: ChangeEntry) -> list[str]:
    """Return the lines of an entry's fields, without indentation."""
    if is_withheld(entry) or (entry.get("changed_by") and entry["change"]["actions"] == ["delete"]):
        return []
    lines = [line.strip() for line in field_lines(entry, plain)]
    return [*lines, *filter(None, [effect(entry)])]


def place(entry: ChangeEntry) -> dict[str, Any] | None:
    """Return where to look: the worst field's line, else that of the manifest."""
    if field := _worst(entry):
        return field["location"]
    source = entry["provenance"]
    return {"file": source["file"], "line": source["line"]} if source else None


def who(entry: ChangeEntry) -> str:
    """Return who committed the line where to look; nothing for drift, which is another's doing."""
    signed = _worst(entry) or entry["provenance"]
    return signature(signed.get("commit"), signed.get("author")) if signed and "changed_by" not in entry else ""


def at(entry: ChangeEntry) -> str:
    """Return where to look, and who committed it."""
    return ", ".join(filter(None, (where(place(entry)), who(entry))))


def _worst(entry: ChangeEntry) -> FieldEntry | None:
    ranks = ("breaking", "disruptive", "safe", "none")
    return min(
        (each for each in entry["fields"] if each["location"]), key=lambda each: ranks.index(each["risk"]), default=None
    )


def told(field: FieldEntry, entry: ChangeEntry) -> str:
    """Return a field of an entry and its change on one line."""
    return f"{safe(field['path'])}: {change_of(field, entry)}"


def said(entry: DiagnosticEntry) -> str:
    """Return a diagnostic's summary, detail and hint as one text; one is not said twice."""
    summary = "" if entry["detail"].startswith(entry["summary"]) else f"{entry['summary']}:"
    return " ".join(safe(part) for part in (summary, entry["detail"], entry["hint"]) if part)


def where(location: dict[str, Any] | None) -> str:
    """Return `file:line`, or nothing."""
    return f"{safe(location['file'])}:{location['line']}" if location else ""
