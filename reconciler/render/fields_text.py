"""The lines of a record's fields, shared by plan and drift."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.plan import ChangeEntry, FieldEntry
from reconciler.render.entries import signature
from reconciler.render.paint import Paint, Style
from reconciler.render.values import counted, safe, shown_change
from reconciler.values import JsonValue

SYMBOLS: dict[str, tuple[str, Style]] = {
    "create": ("+", "create"),
    "update": ("~", "update"),
    "delete": ("-", "delete"),
}
_FIELD_SYMBOLS = {"field-added": SYMBOLS["create"], "field-removed": SYMBOLS["delete"]}
_TOP_LEVEL_FIELDS = 7


def symbol(action: str, paint: Paint) -> str:
    """Return the sign of an action."""
    sign, style = SYMBOLS[action]
    return paint(sign, style)


def field_lines(entry: ChangeEntry, paint: Paint) -> Iterator[str]:
    """Yield a line for each changed field, and one that counts the top-level fields that are not shown."""
    width = max((len(field["path"]) for field in entry["fields"]), default=0) + 1
    for field in entry["fields"]:
        sign, style = _FIELD_SYMBOLS.get(field["class"], SYMBOLS["update"])
        label = f"{safe(field['path'])}:".ljust(width)
        comment = _comment(field, entry)
        line = f"      {paint(sign, style)} {label} {change_of(field, entry)}"
        yield line + (paint(f"  # {comment}", "faint") if comment else "")
    if entry["change"]["before"] and entry["change"]["after"]:
        touched = {field["path"].replace("[", ".").split(".")[0] for field in entry["fields"]}
        hidden = _TOP_LEVEL_FIELDS - len(touched)
        yield paint(f"        # {counted(hidden, 'unchanged field')} hidden", "faint")


def change_of(field: FieldEntry, entry: ChangeEntry) -> str:
    """Return `old -> new` of a field, a lifetime with its unit."""
    return shown_change(field) + (_unit(entry) if field["path"] == "expiry" else "")


def _unit(entry: ChangeEntry) -> str:
    """Name the period behind an expiry that changes alone: a bare number says little."""
    if any(field["path"] == "period" for field in entry["fields"]):
        return ""
    period = _at(entry["change"]["after"] or entry["change"]["before"], "period")
    return f" {period}" if isinstance(period, str) else ""


def _comment(field: FieldEntry, entry: ChangeEntry) -> str:
    risk = field["risk"] if field["risk"] in {"breaking", "disruptive"} and entry["change"]["after"] else ""
    if not entry["change"]["before"]:
        return ""  # of a new record the head says all
    origin = field["origin"] if field["origin"] != "pending" else ""
    place = field["location"]
    where = f"{place['file']}:{place['line']}" if place else ""
    # The author of a manifest's line is not who changed live.
    who = "" if entry.get("changed_by") else signature(field.get("commit"), field.get("author"))
    return ", ".join(filter(None, (risk, origin, safe(where), who)))


def _at(spec: JsonValue, name: str) -> JsonValue:
    return spec.get(name) if isinstance(spec, dict) else None
