"""What a renamed tag means to people: their sessions stay under the old one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.plan import PlanDocument
from reconciler.render.values import safe
from reconciler.runtime.policy import DEFAULT_REFRESH
from reconciler.values import JsonValue

_MOST = 10
# A plan does not know it: the server reads it where it is started.
_REFRESH = f"the server's setting, {DEFAULT_REFRESH} where it has none"


@dataclass(frozen=True, slots=True)
class RenameNote:
    """A note on the manifest with the new tag."""

    tag: str
    title: str
    text: str


def rename_notes(document: PlanDocument) -> Iterator[RenameNote]:
    """Yield a note for each rename."""
    entries = {entry["name"]: entry for entry in document["resource_changes"]}
    for rename in document.get("renames", ()):
        old, new = safe(rename["from"]), safe(rename["to"])
        entry = entries.get(rename["from"])
        is_deleted = entry is not None and entry["change"]["actions"] == ["delete"]
        before = entry["change"]["before"] if entry else None
        until = f"until its tokens{_lifetime(before)} and its refresh tokens ({_REFRESH}) have run out"
        ways = (
            f"This plan deletes `{old}`; to keep its sessions, put its manifest back {until}."
            if is_deleted
            else f"Keep the manifest of `{old}` {until}; --prune deletes it now."
        )
        text = f"A tag is an identity: live sessions stay under `{old}` and can't be verified under `{new}`. {ways}"
        yield RenameNote(rename["to"], f"`{new}` looks like `{old}` under another tag", text)


def _lifetime(spec: JsonValue) -> str:
    if not isinstance(spec, dict):
        return ""
    period = str(spec["period"])
    return f" ({spec['expiry']} {period.removesuffix('s') if spec['expiry'] == 1 else period})"


def rename_lines(document: PlanDocument) -> Iterator[str]:
    """Yield the notes as sentences, the first ones of many."""
    notes = list(rename_notes(document))
    for note in notes[:_MOST]:
        yield f"{note.title}. {note.text}"
    if len(notes) > _MOST:
        yield f"{len(notes) - _MOST} more look like others under another tag."
