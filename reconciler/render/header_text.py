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
    yield paint(f"Product {safe(target['product'])} on {safe(target['registry'])}{named}", "faint")
    yield paint(f"{counted(source['manifests'], 'manifest')}{_revision(document)}{_selection(document)}", "faint")
    yield ""


def _revision(document: PlanDocument) -> str:
    commit = document["source"]["git_commit"]
    if not commit:
        return ""
    dirty = _DIRTY if document["source"]["git_dirty"] else ""
    return f" at git {safe(shown_commit(commit + dirty))}"


def shown_commit(recorded: str) -> str:
    """Return a commit as people read it; one that does not hold all that was applied is recorded with a mark."""
    commit, dirty, _ = recorded.partition(_DIRTY)
    return commit[:_SHORT_COMMIT] + (" with uncommitted changes" if dirty else "")


def _selection(document: PlanDocument) -> str:
    source = document["source"]
    return "".join(f", {option} {' '.join(map(safe, source[option]))}" for option in ("only", "skip") if source[option])


def unmanaged_note(document: PlanDocument, *, most: int = 10) -> Iterator[str]:
    """Yield how many live session types are none of this project's, and the first of them."""
    tags = document["unmanaged"]
    if tags:
        named = ", ".join(map(safe, tags[:most])) + (f" and {len(tags) - most} more" if len(tags) > most else "")
        yield f"{counted(len(tags), 'session type')} unmanaged: {named}."
