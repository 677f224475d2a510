"""Drift as text: in what live differs from what was applied, and who did it.

It is read at night, so the verdict comes last and stands alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.plan import ChangeEntry, PlanDocument
from reconciler.render.entries import drift_verb, is_selected, reach, told_by, wants_unreadable
from reconciler.render.fields_text import field_lines, symbol
from reconciler.render.header_text import header_lines, scope_notes, taken_notes
from reconciler.render.paint import Paint, plain
from reconciler.render.values import counted, safe

NO_DRIFT = "No drift. Every owned session type is as it was last applied."
NO_DRIFT_READ = "No drift in what can be read; what can't be read counts as drift."
_NO_DRIFT_OF_OWN = "No drift in what this project owns."
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
    taken = [paint(note, "strong") for note in taken_notes(document)]
    if document["resource_drift"]:
        yield from (*_verdict(document, paint), *taken)
    elif strict and document["unmanaged"]:
        yield from (*taken, paint("No owned session type drifted, but --strict counts unmanaged ones:", "strong"))
    else:
        yield from (*taken, paint(_no_drift(document), "strong"))
    if not document["keeps_applied"]:
        yield _TWO_WAY
    yield from _notes(document)


def _no_drift(document: PlanDocument) -> str:
    if wants_unreadable(document):
        return NO_DRIFT_READ
    if any(taken_notes(document)):
        return _NO_DRIFT_OF_OWN
    selected = is_selected(document)
    if not document["keeps_applied"]:
        return _NO_DIFFERENCE_IN_SELECTION if selected else NO_DIFFERENCE
    return _NO_DRIFT_IN_SELECTION if selected else NO_DRIFT


def _verdict(document: PlanDocument, paint: Paint) -> Iterator[str]:
    drift = document["resource_drift"]
    deleted = sum(entry["change"]["actions"] == ["delete"] for entry in drift)
    if not document["keeps_applied"]:
        yield paint(f"Drift: {len(drift) - deleted} differ, {deleted} not live.", "strong")
        pulls = "; `reconciler pull` writes live values into them" if deleted < len(drift) else ""
        yield f"`reconciler apply` makes live as the manifests say{pulls}."
        return
    yield paint(f"Drift: {len(drift) - deleted} changed, {deleted} deleted.", "strong")
    if ways := "; ".join(_ways(document)):
        yield f"{ways}."
    if any(_has_origin(entry, "conflict") for entry in drift):
        yield "A conflict (git moved as well) takes a person's yes, or `--allow conflict`."
    if document["source"]["manifests"] and any(map(_is_gone, drift)):
        yield "Where a deleted one has no manifest either, `reconciler apply --adopt` settles the deletion."
    if any(_has_origin(entry, "converged") for entry in drift):
        yield "Where the manifest has the live value already, `reconciler apply --adopt` records it."


def _ways(document: PlanDocument) -> Iterator[str]:
    """Yield what can be done about drift: what git has taken up is to be recorded, and what is gone can't be pulled."""
    apart = [entry for entry in document["resource_drift"] if _has_origin(entry, "drift", "conflict")]
    # Without manifests it is not known which of them has one.
    if any(entry["provenance"] for entry in apart) or (apart and not document["source"]["manifests"]):
        yield "`reconciler apply` reverts drift"
    if any(entry["change"]["actions"] != ["delete"] for entry in apart):
        yield "`reconciler pull TAG` writes live values into the manifest, to keep them"


def _has_origin(entry: ChangeEntry, *origins: str) -> bool:
    return any(field["origin"] in origins for field in entry["fields"])


def _is_gone(entry: ChangeEntry) -> bool:
    """Tell whether another hand deleted the record and no manifest asks for it."""
    return entry["change"]["actions"] == ["delete"] and entry["provenance"] is None


def _notes(document: PlanDocument) -> Iterator[str]:
    pending = sum(_is_pending(entry) for entry in document["resource_changes"])
    if pending and document["keeps_applied"]:
        yield f"{counted(pending, 'session type')} with unapplied changes in git; `reconciler plan` shows them."
    yield from scope_notes(document)


def _is_pending(entry: ChangeEntry) -> bool:
    """Tell whether git asks for something new: nothing is withheld, and no other project took the record over."""
    is_settled = "action_reason" in entry or entry.get("ownership") == "foreign"
    return not is_settled and _has_origin(entry, "pending", "conflict")
