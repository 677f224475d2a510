"""The registry's history as text: one block for each write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from reconciler.plan import MASK, Missing, schema_differences
from reconciler.port import HistoryEntry
from reconciler.render.fields_text import SYMBOLS, symbol
from reconciler.render.paint import Paint, plain
from reconciler.render.values import safe, shown
from reconciler.values import JsonValue, format_path, rfc3339

_VERBS = {"create": "created", "update": "updated", "delete": "deleted", "adopt": "adopted"}
_SHORT_COMMIT = 12


def render_history(entries: Iterable[HistoryEntry], paint: Paint = plain) -> str:
    """Return the entries in their order."""
    blocks = ["\n".join(_block(entry, paint)) for entry in entries]
    return "\n\n".join(blocks) if blocks else "No history."


def history_json(entry: HistoryEntry) -> dict[str, Any]:
    """Return an entry as JSON."""
    source = entry.source
    return {
        "revision": entry.revision,
        "tag": entry.tag,
        "action": entry.action,
        "at": rfc3339(entry.at),
        "actor": entry.actor,
        "source": {"project": source.project, "file": source.file, "commit": source.commit} if source else None,
        "changes": {name: {"before": before, "after": after} for name, (before, after) in entry.changes.items()},
    }


def _block(entry: HistoryEntry, paint: Paint) -> Iterator[str]:
    sign = symbol(entry.action, paint) if entry.action in SYMBOLS else " "
    verb = _VERBS.get(entry.action, entry.action)
    tag = paint(safe(entry.tag), "strong")
    yield f"{entry.revision:>4} {sign} {tag} {verb} by {safe(entry.actor)} at {rfc3339(entry.at)}"
    yield paint(f"       {_origin(entry)}", "faint")
    if entry.action == "update":
        for name, (before, after) in entry.changes.items():
            yield from (f"       {line}" for line in _field_lines(name, before, after))


def _field_lines(name: str, before: JsonValue, after: JsonValue) -> Iterator[str]:
    """Yield a field's change; a schema's path by path, because whole it is too long to compare by eye."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        yield f"~ {safe(name)}: {shown(before)} -> {shown(after)}"
        return
    if before == after:
        yield f"~ {safe(name)}: {MASK}"
    for path, old, new in schema_differences(before, after):
        at = safe(format_path(path))
        if not isinstance(old, Missing) and not isinstance(new, Missing):
            yield f"~ {at}: {shown(old)} -> {shown(new)}"
        elif not isinstance(new, Missing):
            yield f"+ {at}: {shown(new)}"
        elif not isinstance(old, Missing):
            yield f"- {at}: {shown(old)}"


def _origin(entry: HistoryEntry) -> str:
    source = entry.source
    if source is None:
        return "by another hand, not by an apply"
    file = f", {source.file}" if source.file else ""
    commit = f", git {source.commit[:_SHORT_COMMIT]}" if source.commit else ""
    return safe(f"applied from project {source.project}{file}{commit}")
