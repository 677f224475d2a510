"""What a document's entries are shown as, in every format: the action, what is special about it, and its weight."""

from __future__ import annotations

from reconciler.plan import ChangeEntry, PlanDocument
from reconciler.render.paint import Paint, plain
from reconciler.render.values import counted, safe

_SHORT_COMMIT = 7

ACTIONS = ("create", "update", "delete")


def shown_action(entry: ChangeEntry) -> str:
    """Return the action that an entry is shown as: a withheld deletion as one, nothing for an unchanged record."""
    if is_withheld(entry):
        return "delete"
    action = entry["change"]["actions"][0]
    if action in ACTIONS:
        return action
    return "" if not entry.get("records_ownership") else "settle" if _is_tombstone(entry) else "adopt"


def is_withheld(entry: ChangeEntry) -> bool:
    """Tell whether the entry is a deletion that --prune would carry out."""
    return entry.get("action_reason") == "delete_withheld"


def is_conflict(entry: ChangeEntry) -> bool:
    """Tell whether git and live both changed a field, differently."""
    return any(field["origin"] == "conflict" for field in entry["fields"])


def is_grave(entry: ChangeEntry) -> bool:
    """Tell whether an entry is one that no report may leave out: a conflict, or one that breaks what uses it."""
    return is_conflict(entry) or (entry["risk"] == "breaking" and not is_withheld(entry))


def told_by(entry: ChangeEntry) -> str:
    """Return who wrote last and when, as far as the registry tells it: ` by eve at 2026-…`."""
    by = entry.get("changed_by", {})
    return "".join(f" {word} {safe(text)}" for word, name in (("by", "actor"), ("at", "at")) if (text := by.get(name)))


def wants_unreadable(document: PlanDocument) -> bool:
    """Tell whether a manifest asks for what is live and can't be read."""
    return any(each["wanted"] for each in document.get("unreadable", ()))


def is_selected(document: PlanDocument) -> bool:
    """Tell whether the run looked at some of the session types only."""
    return bool(document["source"]["only"] or document["source"]["skip"])


def drift_verb(entry: ChangeEntry) -> str:
    """Say what became of a record that drifted; where nothing is known of an apply, only what is to be seen."""
    gone = entry["change"]["actions"] == ["delete"]
    if entry.get("compared_with"):
        return "is not live" if gone else "differs from its manifest"
    return "was deleted" if gone else "was changed"


def weight(entry: ChangeEntry) -> tuple[bool, bool, bool, bool]:
    """Return the key that sorts entries: conflicts, breaking, disruptive, the rest, what is withheld."""
    return is_withheld(entry), not is_conflict(entry), entry["risk"] != "breaking", entry["risk"] != "disruptive"


def remarks(entry: ChangeEntry, paint: Paint = plain) -> list[str]:
    """Return what is special about a change."""
    found = []
    if is_conflict(entry):
        found.append(paint("conflict: git and live both changed it", "error"))
    if not entry["change"]["before"] and any(field["origin"] == "drift" for field in entry["fields"]):
        found.append(paint("another hand deleted it", "warning"))
    if entry["risk"] in {"breaking", "disruptive"}:
        found.append(paint(entry["risk"], "error" if entry["risk"] == "breaking" else "warning"))
    if entry.get("ownership") == "unowned" and entry["change"]["before"]:
        found.append("so far unmanaged, becomes owned")
    if entry.get("ownership") == "foreign":
        found.append(paint(f"taken over from project {safe(str(entry.get('owner')))}", "warning"))
    return [*found, *filter(None, [reach(entry)])]


def reach(entry: ChangeEntry) -> str:
    """Say how many people a change reaches; nothing where that is not known."""
    sessions, users = entry["live_sessions"], entry["live_users"]
    if sessions is None:
        return ""
    return counted(sessions, "live session") + ("" if users is None else f" of {counted(users, 'user')}")


def interrupts(entry: ChangeEntry) -> bool:
    """Tell whether people with a live session notice a change: it breaks what they use, or ends before its time."""
    risky = entry["risk"] in {"breaking", "disruptive"}
    return risky and entry["change"]["actions"][0] in {"update", "delete"}


def signature(commit: str | None, author: str | None) -> str:
    """Return who committed a line, briefly; nothing where git can't tell."""
    return f"{commit[:_SHORT_COMMIT]} {safe(author or '')}".rstrip() if commit else ""


def effect(entry: ChangeEntry) -> str:
    """Say when a change is fully in effect; nothing for one that is nothing to sessions."""
    until = entry["fully_effective_at"]
    return f"# fully in effect by {until}; sessions from before live until then" if until else ""


def _is_tombstone(entry: ChangeEntry) -> bool:
    """Tell whether another hand deleted the record and git has no manifest of it either."""
    return not (entry["change"]["before"] or entry["change"]["after"])
