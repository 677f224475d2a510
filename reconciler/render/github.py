"""GitHub's workflow commands: notes on the lines of manifests. GitHub shows ten of a kind, so the worst come first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reconciler.plan import ChangeEntry, DiagnosticEntry, PlanDocument
from reconciler.render import view as tell
from reconciler.render.entries import is_grave, is_withheld
from reconciler.render.reading import View
from reconciler.render.refusals_text import way_out
from reconciler.render.rename_notes import rename_notes
from reconciler.render.values import counted, safe
from reconciler.render.workflow_commands import SHOWN, workflow_command

_KINDS = ("error", "warning", "notice")


@dataclass(frozen=True, slots=True)
class _Note:
    """One annotation."""

    kind: str
    title: str
    message: str
    location: dict[str, Any] | None = None


def render_github(document: PlanDocument, view: View = View()) -> str:
    """Return a command a line; the last one is the summary, and says how many notes there was no room for."""
    notes = list(_notes(document, view))
    lines: list[str] = []
    hidden: list[str] = []
    for kind in _KINDS:
        of_kind = [note for note in notes if note.kind == kind]
        most = SHOWN - (kind == "notice")  # the summary is a notice too
        lines += map(_command, of_kind[:most])
        if len(of_kind) > most:
            hidden.append(counted(len(of_kind) - most, f"more {kind}"))
    summary = tell.sentences(document, view)[0] + (f" Not shown: {', '.join(hidden)}." if hidden else "")
    return "\n".join([*lines, _command(_Note("notice", tell.title(document, view), summary))])


def _notes(document: PlanDocument, view: View) -> Iterator[_Note]:
    entries = tell.changes(document, view)
    yield from map(_diagnostic, tell.diagnostics(document))
    for ended in tell.outcomes(document):
        if ended["status"] != "done":
            yield _Note("error", f"{ended['name']}: {ended['status']}", ended["error"] or "The call was not made.")
    # A line of another revision is no line of the work tree, which is what annotations stand at.
    placed = not document["source"].get("against")
    places = {entry["name"]: tell.place(entry) for entry in entries if placed}
    for refusal in document["refusals"]:
        message = f"{refusal['reason']} {way_out(refusal)}"
        yield _Note("error", f"Refused by {refusal['guard']}", message, places.get(refusal["tag"] or ""))
    for broken in document.get("policy_warnings", ()):
        yield _Note(
            "warning", f"Policy {broken['rule']}: {broken['tag']}", broken["message"], places.get(broken["tag"])
        )
    if not view.drift:
        yield from (_Note("warning", note.title, note.text, places.get(note.tag)) for note in rename_notes(document))
        yield from (_of(entry, "warning", placed=placed) for entry in entries if is_grave(entry))
        yield from (_of(entry, "notice", placed=placed) for entry in entries if _is_notable(entry))
    yield from (_of(entry, "warning", placed=placed) for entry in document["resource_drift"])
    for tag in tell.strays(document, view):
        yield _Note("warning", f"{tag} is unmanaged", "No manifest of this project has it.")


def _diagnostic(found: DiagnosticEntry) -> _Note:
    kind = "error" if found["severity"] == "error" else "warning"
    return _Note(kind, found["summary"], tell.said(found), found["location"])


def _is_notable(entry: ChangeEntry) -> bool:
    return not is_grave(entry) and (is_withheld(entry) or entry["risk"] == "disruptive")


def _of(entry: ChangeEntry, kind: str, *, placed: bool) -> _Note:
    fields = [tell.told(field, entry) for field in entry["fields"]] if entry["change"]["before"] else []
    message = "; ".join(fields) or tell.what(entry)
    source = tell.who(entry) if placed else tell.at(entry)
    said = f"{message} ({source})" if source else message
    return _Note(kind, f"{entry['name']}: {tell.what(entry)}", said, tell.place(entry) if placed else None)


def _command(note: _Note) -> str:
    place = note.location or {}
    known = {"file": place.get("file"), "line": place.get("line"), "col": place.get("column"), "title": note.title}
    return workflow_command(
        note.kind, safe(note.message), {key: safe(str(value)) for key, value in known.items() if value}
    )
