"""Who is behind a change: the commits of the manifests' lines, put into a document's entries.

A field has the commit of the line that it stands at. A change has that of the newest of its fields' lines, since that
is what made it necessary; a new session type has that of its manifest's first line. A line that is not committed has
no commit, and neither has a change with such a line, nor a field that was removed: no line tells who removed it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from reconciler.plan.document import ChangeEntry, FieldEntry
from reconciler.plan.model import FieldClass


@dataclass(frozen=True, slots=True)
class LineCommit:
    """The commit that a line comes from; `author` is a name, `at` the second in which it was committed."""

    commit: str
    author: str
    at: int = 0


# By file, as locations spell it, and line.
Authors: TypeAlias = "Mapping[tuple[str, int], LineCommit]"


def signed(entry: ChangeEntry, authors: Authors) -> ChangeEntry:
    """Return an entry with commit and author of each field that has a place, and of the whole."""
    place = entry["provenance"]
    if place is None:
        return entry
    fields = [_signed(field, authors) for field in entry["fields"]]
    is_new = not entry["change"]["before"] or not fields
    found = authors.get((place["file"], place["line"])) if is_new else _newest(fields, authors)
    commit, author = (found.commit, found.author) if found else (None, None)
    return {**entry, "fields": fields, "provenance": {**place, "commit": commit, "author": author}}


def _signed(field: FieldEntry, authors: Authors) -> FieldEntry:
    if field["location"] is None:
        return field
    found = _author(field, authors)
    return {**field, "commit": found.commit if found else None, "author": found.author if found else None}


def _newest(fields: list[FieldEntry], authors: Authors) -> LineCommit | None:
    stand = [field for field in fields if field["location"] and field["class"] != FieldClass.FIELD_REMOVED]
    found = [_author(field, authors) for field in stand]
    known = [each for each in found if each]
    return max(known, key=lambda each: each.at) if known and len(known) == len(found) else None


def _author(field: FieldEntry, authors: Authors) -> LineCommit | None:
    place = field["location"]
    if place is None or field["class"] == FieldClass.FIELD_REMOVED:
        return None
    return authors.get((place["file"], place["line"]))
