"""Drift as text: in what live differs from what was applied, and who did it.

It is read at night, so the verdict comes last and stands alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.plan import ChangeEntry, PlanDocument
from reconciler.render.entries import drift_verb, reach, told_by, wants_unreadable
from reconciler.render.fields_text import field_lines, symbol
from reconciler.render.header_text import header_lines, scope_notes
from reconciler.render.paint import Paint, plain
from reconciler.render.values import counted, safe

NO_DRIFT = "No drift. Every owned session type is as it was last applied."
NO_DRIFT_READ = "No drift in what can be read; what can't be read counts as drift."
NO_DIFFERENCE = "No drift. Every session type is as its manifest says."
_NO_DIFFERENCE_IN_SELECTION = "No drift. Every session type that --only and --skip let through is as its manifest says."
_TWO_WAY = (
    "This registry keeps no record of what was applied, so live is compared with the manifests: drift can't be told "
    "from a change in git that is not applied yet. A ledger mends that."
)
_NO_DRIFT_IN_SELECTION = (
    "No drift. Every owned session type that --only and --skip let through is as it was last applied."
)


def render_drift(document: PlanDocument, paint: Paint = plain, *, strict: bool = False) -> str:
    """Return the drift report; a `strict` one counts unmanaged session types."""
    lines = [
        *header_lines(document, paint),
        *_body(document, paint),
        *drift_summary_lines(document, paint, strict=strict),
    ]
    return "\n".join(lines)


def drift_lines(entries: Iterable[ChangeEntry], paint: Paint) -> Iterator[str]:
    """Yield the records that are not as they were applied; values read applied -> live."""
    for entry in entries:
        gone = entry["change"]["actions"] == ["delete"]
        was, _, verb = drift_verb(entry).partition(" ")
        what = paint(verb, "error" if gone else "warning")
        touching = f" ({reach(entry)})" if reach(entry) else ""
        sign = symbol("delete" if gone else "update", paint)
        yield f"  {sign} {paint(safe(entry['name']), 'strong')} {was} {what}{told_by(entry)}{touching}"
        if not gone:
            yield from field_lines(entry, paint)
        yield ""


def _body(document: PlanDocument, paint: Paint) -> Iterator[str]:
    if document["resource_drift"]:
        against = "what was last applied (applied" if document["keeps_applied"] else "the manifests (manifest"
        yield f"Live session types differ from {against} -> live):"
        yield ""
        yield from drift_lines(document["resource_drift"], paint)


def drift_summary_lines(document: PlanDocument, paint: Paint, *, strict: bool) -> Iterator[str]:
    """Yield the verdict, the ways out, and the notes."""
    if document["resource_drift"]:
        yield from _verdict(document, paint)
    elif strict and document["unmanaged"]:
        yield paint("No owned session type drifted, but --strict counts unmanaged ones:", "strong")
    else:
        yield paint(_no_drift(document), "strong")
    if not document["keeps_applied"]:
        yield _TWO_WAY
    yield from _notes(document)


def _no_drift(document: PlanDocument) -> str:
    if wants_unreadable(document):
        return NO_DRIFT_READ
    selected = document["source"]["only"] or document["source"]["skip"]
    if not document["keeps_applied"]:
        return _NO_DIFFERENCE_IN_SELECTION if selected else NO_DIFFERENCE
    return _NO_DRIFT_IN_SELECTION if selected else NO_DRIFT


def _verdict(document: PlanDocument, paint: Paint) -> Iterator[str]:
    drift = document["resource_drift"]
    deleted = sum(entry["change"]["actions"] == ["delete"] for entry in drift)
    if not document["keeps_applied"]:
        yield paint(f"Drift: {len(drift) - deleted} differ, {deleted} not live.", "strong")
        yield "`reconciler apply` makes live as the manifests say; `reconciler pull` writes live values into them."
        return
    yield paint(f"Drift: {len(drift) - deleted} changed, {deleted} deleted.", "strong")
    yield "`reconciler apply` reverts drift; `reconciler pull TAG` writes live values into the manifest, to keep them."
    if any(field["origin"] == "conflict" for entry in drift for field in entry["fields"]):
        yield "A conflict (git moved as well) takes a person's yes, or `--allow conflict`."
    if document["source"]["manifests"] and any(map(_is_gone, drift)):
        yield "Where a deleted one has no manifest either, `reconciler apply --adopt` settles the deletion."
    if any(field["origin"] == "converged" for entry in drift for field in entry["fields"]):
        yield "Where the manifest has the live value already, `reconciler apply --adopt` records it."


def _is_gone(entry: ChangeEntry) -> bool:
    """Tell whether another hand deleted the record and no manifest asks for it."""
    return entry["change"]["actions"] == ["delete"] and entry["provenance"] is None


def _notes(document: PlanDocument) -> Iterator[str]:
    pending = sum(_is_pending(entry) for entry in document["resource_changes"])
    if pending and document["keeps_applied"]:
        yield f"{counted(pending, 'session type')} with unapplied changes in git; `reconciler plan` shows them."
    yield from scope_notes(document)


def _is_pending(entry: ChangeEntry) -> bool:
    withheld = "action_reason" in entry
    return not withheld and any(field["origin"] in {"pending", "conflict"} for field in entry["fields"])
