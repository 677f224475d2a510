"""The head of every report: which product on which registry, from what, and what was left out."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.plan import PlanDocument
from reconciler.render.paint import Paint
from reconciler.render.values import counted, safe

_SHORT_COMMIT = 12
_DIRTY = "-dirty"


def header_lines(document: PlanDocument, paint: Paint) -> Iterator[str]:
    """Yield the head, and an empty line."""
    target, source = document["target"], document["source"]
    named = f", target {safe(target['name'])}" if target["name"] else ""
    new = "" if target["exists"] else " (does not exist yet)"
    yield paint(f"Product {safe(target['product'])} on {safe(target['registry'])}{new}{named}", "faint")
    yield paint(f"{counted(source['manifests'], 'manifest')}{_revision(document)}{_selection(document)}", "faint")
    yield ""


def _revision(document: PlanDocument) -> str:
    commit = document["source"]["git_commit"]
    if not commit:
        return ""
    dirty = _DIRTY if document["source"]["git_dirty"] else ""
    against = document["source"].get("against")
    asked = f" (--against {safe(against)})" if against else ""
    return f" at git {safe(shown_commit(commit + dirty))}{asked}"


def shown_commit(recorded: str) -> str:
    """Return a commit as people read it; one that does not hold all that was applied is recorded with a mark."""
    commit, dirty, _ = recorded.partition(_DIRTY)
    return commit[:_SHORT_COMMIT] + (" with uncommitted changes" if dirty else "")


def _selection(document: PlanDocument) -> str:
    source = document["source"]
    return "".join(f", {option} {' '.join(map(safe, source[option]))}" for option in ("only", "skip") if source[option])


def taken_notes(document: PlanDocument) -> Iterator[str]:
    """Yield what manifests here ask for and other projects own: they took it over, or it was theirs before."""
    for entry in document["foreign"]:
        if entry["wanted"]:
            belongs = f"`{safe(entry['name'])}` belongs to the project {safe(entry['project'])}"
            yield f"{belongs}, and a manifest here asks for it too."


def scope_notes(document: PlanDocument) -> Iterator[str]:
    """Yield what is live and was not looked at: of nobody, of other projects, of manifests that were not read."""
    owners = {entry["name"]: entry["project"] for entry in document["foreign"]}
    if unowned := [tag for tag in document["unmanaged"] if tag not in owners]:
        yield f"{counted(len(unowned), 'session type')} unmanaged: {listed(unowned)}."
    if others := [tag for tag in document["unmanaged"] if tag in owners]:
        projects = ", ".join(sorted({safe(owners[tag]) for tag in others}))
        yield f"{counted(len(others), 'session type')} of other projects ({projects}): {listed(others)}."
    for unread in document.get("unreadable", ()):
        yield f"`{safe(unread['name'])}` is live and can't be read: {safe(unread['reason'])}"
    if elsewhere := document["out_of_scope"]:
        yield f"{counted(len(elsewhere), 'session type')} from manifests that were not named: {listed(elsewhere)}."


def listed(tags: list[str], *, most: int = 10) -> str:
    """Return tags in a line, as many as one reads."""
    return ", ".join(map(safe, tags[:most])) + (f" and {len(tags) - most} more" if len(tags) > most else "")
