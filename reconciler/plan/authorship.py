"""Who is behind a change: the commits of the manifests' lines, put into a document's entries.

A field has the commit of the line that it stands at. A change has that of the newest of its fields' lines, since that
is what made it necessary; a new session type has that of its manifest's first line. A line that is not committed has
no commit, and neither has a change with such a line. No line tells who removed a field: it has a commit only where
nobody else touched the manifest since it was last applied.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.plan.document import ChangeEntry, FieldEntry
from reconciler.plan.model import FieldClass, Origin


@dataclass(frozen=True, slots=True)
class LineCommit:
    """The commit that a line comes from; `author` is a name, `at` the second in which it was committed."""

    commit: str
    author: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Authors:
    """What git tells: the commits of lines, by file (as locations spell it) and line; and of removals, by tag."""

    lines: Mapping[tuple[str, int], LineCommit] = field(default_factory=dict)
    removals: Mapping[str, LineCommit] = field(default_factory=dict)

    def of(self, tag: str, entry: FieldEntry) -> LineCommit | None:
        """Return the commit behind a field's change."""
        place = entry["location"]
        if place is None:
            return None
        if entry["class"] == FieldClass.FIELD_REMOVED:
            return self.removals.get(tag) if entry["origin"] == Origin.PENDING else None
        return self.lines.get((place["file"], place["line"]))


def signed(entry: ChangeEntry, authors: Authors) -> ChangeEntry:
    """Return an entry with commit and author of each field that has a place, and of the whole."""
    place = entry["provenance"]
    if place is None:
        return entry
    behind = [(each, authors.of(entry["name"], each)) for each in entry["fields"]]
    is_new = not entry["change"]["before"] or not behind
    found = authors.lines.get((place["file"], place["line"])) if is_new else _newest(behind)
    commit, author = (found.commit, found.author) if found else (None, None)
    fields = [_signed(each, by) for each, by in behind]
    return {**entry, "fields": fields, "provenance": {**place, "commit": commit, "author": author}}


def _signed(entry: FieldEntry, found: LineCommit | None) -> FieldEntry:
    if entry["location"] is None:
        return entry
    return {**entry, "commit": found.commit if found else None, "author": found.author if found else None}


def _newest(behind: list[tuple[FieldEntry, LineCommit | None]]) -> LineCommit | None:
    """Return the newest commit; none where a line that stands has none."""
    known = [found for _, found in behind if found]
    unknown = any(each["class"] != FieldClass.FIELD_REMOVED for each, found in behind if each["location"] and not found)
    return None if unknown else max(known, key=lambda each: each.at, default=None)
