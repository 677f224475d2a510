"""The plan as text, in Terraform's manner. The summary lines are an interface: people grep them."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.plan import ChangeEntry, PlanDocument
from reconciler.render.entries import (
    effect,
    interrupts,
    is_conflict,
    is_selected,
    is_withheld,
    remarks,
    shown_action,
    signature,
    wants_unreadable,
)
from reconciler.render.fields_text import SYMBOLS, field_lines, symbol
from reconciler.render.header_text import header_lines, listed, scope_notes, taken_notes
from reconciler.render.paint import Paint, plain
from reconciler.render.values import counted, safe

NO_CHANGES = "No changes. The registry matches the manifests."
_NO_CHANGES_IN_SELECTION = "No changes in the selection."
NO_CHANGES_READ = "No changes in what can be read of the registry; some of it can't."
_VERBS = {"create": "created", "update": "updated in place", "delete": "deleted"}


def render_plan(document: PlanDocument, paint: Paint = plain) -> str:
    """Return what a plan would change: conflicts first, then by tag, what is withheld last."""
    parts = (header_lines, _body, _refusals, summary_lines)
    return "\n".join(line for part in parts for line in part(document, paint))


def _body(document: PlanDocument, paint: Paint) -> Iterator[str]:
    if document["resource_drift"]:
        from reconciler.render.drift_text import drift_lines  # noqa: PLC0415 - few plans have any

        yield paint("Note: session types have changed outside of git since the last apply (applied -> live)", "strong")
        yield ""
        yield from drift_lines(document["resource_drift"], paint)
    shown = [entry for entry in document["resource_changes"] if shown_action(entry)]
    if not shown:
        return
    if document["applyable"]:
        yield "The manifests ask for these actions (live -> manifest):"
        yield ""
        yield from _legend({shown_action(entry) for entry in shown}, paint)
    else:
        yield "No manifest asks for these any more:"
        yield ""
    for entry in sorted(shown, key=lambda each: (not is_conflict(each), is_withheld(each))):
        yield from _entry_lines(entry, paint)
    if any(map(is_withheld, shown)):
        yield ""


def _refusals(document: PlanDocument, paint: Paint) -> Iterator[str]:
    if document["refusals"]:
        from reconciler.render.refusals_text import refusal_lines  # noqa: PLC0415 - few plans have any

        yield from refusal_lines(document["refusals"], paint)


def _legend(actions: set[str], paint: Paint) -> Iterator[str]:
    for action, words in (("create", "create"), ("update", "update in place"), ("delete", "delete")):
        if action in actions:
            yield f"  {symbol(action, paint)} {words}"
    if actions & SYMBOLS.keys():
        yield ""


def _entry_lines(entry: ChangeEntry, paint: Paint) -> Iterator[str]:
    action, tag = shown_action(entry), safe(entry["name"])
    if action == "adopt":
        yield f"  # {paint(tag, 'strong')} is as the manifests say; ownership will be recorded"
        yield ""
        return
    if action == "settle":
        yield f"  # {paint(tag, 'strong')} has neither record nor manifest any more; its deletion will be settled"
        yield ""
        return
    if is_withheld(entry):
        yield f"  {symbol('delete', paint)} {paint(tag, 'strong')}  {paint('(withheld, --prune deletes)', 'warning')}"
        return
    yield f"  # {paint(tag, 'strong')} will be {_VERBS[action]}{_remarks(entry, paint)}"
    yield f"  {symbol(action, paint)} {tag}{_place(entry, paint)}"
    yield from field_lines(entry, paint)
    if until := effect(entry):
        yield paint(f"        {until}", "faint")
    yield ""


def _remarks(entry: ChangeEntry, paint: Paint) -> str:
    listed = remarks(entry, paint)
    return f" ({', '.join(listed)})" if listed else ""


def _place(entry: ChangeEntry, paint: Paint) -> str:
    """Say where the manifest is and, where no line of a field does, who committed it."""
    place = entry["provenance"]
    if not place:
        return ""
    who = "" if entry["change"]["before"] else signature(place["commit"], place["author"])
    where = f"{safe(place['file'])}:{place['line']}"
    return paint(f"  # {', '.join(filter(None, (where, who)))}", "faint")


def summary_lines(document: PlanDocument, paint: Paint) -> Iterator[str]:
    """Yield the line that people grep, and the notes after it."""
    count = document["summary"]
    if document["applyable"]:
        yield paint(
            f"Plan: {count['create']} to create, {count['update']} to update, {count['delete']} to delete.", "strong"
        )
    elif document["source"]["manifests"]:
        yield paint(_no_changes(document), "strong")
        if is_selected(document):
            yield _about_selection(document)
    yield from _notes(document)


def _no_changes(document: PlanDocument) -> str:
    if wants_unreadable(document):
        return NO_CHANGES_READ
    return _NO_CHANGES_IN_SELECTION if is_selected(document) else NO_CHANGES


def _about_selection(document: PlanDocument) -> str:
    if not document["summary"]["no_op"] and not document["unmanaged"]:
        return "No session type has a tag that --only and --skip let through."
    return "This plan is partial: --only or --skip left session types out."


def _notes(document: PlanDocument) -> Iterator[str]:
    if document.get("renames"):
        from reconciler.render.rename_notes import rename_lines  # noqa: PLC0415 - few plans have any

        yield from rename_lines(document)
    actions = [shown_action(entry) for entry in document["resource_changes"]]
    if adopted := actions.count("adopt"):
        yield f"{counted(adopted, 'session type')} to record ownership of."
    if settled := actions.count("settle"):
        yield f"{counted(settled, 'deletion')} by another hand to settle."
    yield from _unknowns(document)
    yield from taken_notes(document)
    yield from scope_notes(document)
    if document["resource_drift"]:
        yield f"{counted(len(document['resource_drift']), 'session type')} drifted."
    if document["summary"]["withheld"]:
        yield f"{counted(document['summary']['withheld'], 'deletion')} withheld; --prune deletes."
    if document.get("policy_warnings") or document.get("policy_waived"):
        from reconciler.render.policy_text import policy_notes  # noqa: PLC0415 - few plans have any

        yield from policy_notes(document)


def _unknowns(document: PlanDocument) -> Iterator[str]:
    """Yield what nobody can tell of the changes, and a person may want to find out before they are made."""
    entries = document["resource_changes"]
    risky = [entry for entry in entries if interrupts(entry)]
    unknown = [entry["name"] for entry in risky if entry["live_sessions"] is None]
    if unknown:
        yield "Live sessions: unknown" + (f" for {listed(unknown)}." if len(unknown) < len(risky) else ".")
    if unguarded := [entry["name"] for entry in entries if _passes_unguarded(entry)]:
        tags = listed(unguarded)
        yield f"Git can't tell whether the former manifests forbid deletion (`prevent_destroy`): {tags}."


def _passes_unguarded(entry: ChangeEntry) -> bool:
    """Tell whether an entry is a deletion that no guard stands against, and that may have been forbidden."""
    is_refused = "unguarded_because" in entry
    return entry.get("unguarded", False) and not is_refused and not is_withheld(entry)
