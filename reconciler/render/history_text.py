"""The registry's history as text: one block for each write."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.plan import EntryDocument, HistoryDocument, HistoryField
from reconciler.render.fields_text import SYMBOLS, symbol
from reconciler.render.header_text import shown_commit
from reconciler.render.paint import Paint, plain
from reconciler.render.values import counted, safe, shown

_VERBS = {"create": "created", "update": "updated", "delete": "deleted", "adopt": "adopted"}
_REVISION_WIDTH = 4


def render_history(document: HistoryDocument, paint: Paint = plain) -> str:
    """Return the entries in their order, behind a line that counts those left out."""
    width = max((len(str(entry["revision"])) for entry in document["history"]), default=0)
    blocks = ["\n".join(_block(entry, paint, max(width, _REVISION_WIDTH))) for entry in document["history"]]
    if document["omitted"]:
        blocks.insert(
            0, paint(f"# {counted(document['omitted'], 'earlier entry', 'earlier entries')} not shown", "faint")
        )
    return "\n\n".join(blocks) if blocks else "No history."


def _block(entry: EntryDocument, paint: Paint, width: int) -> Iterator[str]:
    action, margin = entry["action"], " " * (width + 3)
    sign = symbol(action, paint) if action in SYMBOLS else " "
    tag, verb = paint(safe(entry["tag"]), "strong"), safe(_VERBS.get(action, action))
    yield f"{entry['revision']:>{width}} {sign} {tag} {verb} by {safe(entry['actor'])} at {entry['at']}"
    yield paint(f"{margin}{_origin(entry)}", "faint")
    if action == "update":
        yield from (f"{margin}{_field_line(field, paint)}" for field in entry["fields"])


def _field_line(field: HistoryField, paint: Paint) -> str:
    at = safe(field["path"])
    if "before" in field and "after" in field:
        return f"{symbol('update', paint)} {at}: {shown(field['before'])} -> {shown(field['after'])}"
    if "after" in field:
        return f"{symbol('create', paint)} {at}: {shown(field['after'])}"
    return f"{symbol('delete', paint)} {at}: {shown(field['before'])}"


def _origin(entry: EntryDocument) -> str:
    source = entry["source"]
    if source is None:
        return "by another hand, not by an apply"
    file = f", {source['file']}" if source["file"] else ""
    commit = f", git {shown_commit(source['commit'])}" if source["commit"] else ""
    return safe(f"applied from project {source['project']}{file}{commit}")
