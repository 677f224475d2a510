"""The history document: the registry's audit trail with field diffs, masked before any renderer sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NotRequired, TypedDict

from reconciler.plan.differences import Difference, schema_differences
from reconciler.plan.mask import masked, value_paths
from reconciler.plan.model import Missing
from reconciler.port import HistoryEntry
from reconciler.values import JsonValue, Path, format_path, rfc3339


class HistoryField(TypedDict):
    """One value that a write changed; a side that is not there is absent."""

    path: str
    before: NotRequired[JsonValue]
    after: NotRequired[JsonValue]


class EntryDocument(TypedDict):
    """One write. `changes` holds the top-level fields whole, `fields` the values that differ, path by path."""

    revision: int
    tag: str
    action: str
    at: str
    actor: str
    source: dict[str, str | None] | None
    changes: dict[str, dict[str, JsonValue]]
    fields: list[HistoryField]


class HistoryDocument(TypedDict):
    """The whole document. `omitted` counts the earlier entries that a limit left out."""

    format_version: str
    omitted: int
    history: list[EntryDocument]


def history_document(
    entries: Iterable[HistoryEntry], sensitive: Mapping[str, tuple[Path, ...]], *, limit: int | None = None
) -> HistoryDocument:
    """Make the document. `sensitive` gives the paths to mask, by tag.

    Of a tag that it does not name, description and sample values are masked: its manifest may have had a secret there.
    With a limit, only so many of the newest entries.
    """
    found = list(entries)
    omitted = max(0, len(found) - limit) if limit else 0
    return {
        "format_version": "1.0",
        "omitted": omitted,
        "history": [_entry(entry, sensitive.get(entry.tag, _possible(entry))) for entry in found[omitted:]],
    }


def _entry(entry: HistoryEntry, sensitive: tuple[Path, ...]) -> EntryDocument:
    source = entry.source
    return {
        "revision": entry.revision,
        "tag": entry.tag,
        "action": entry.action,
        "at": rfc3339(entry.at),
        "actor": entry.actor,
        "source": {"project": source.project, "file": source.file, "commit": source.commit} if source else None,
        "changes": {
            name: {"before": masked(before, (name,), sensitive), "after": masked(after, (name,), sensitive)}
            for name, (before, after) in entry.changes.items()
        },
        "fields": [_field(difference, sensitive) for difference in _differences(entry)],
    }


def _differences(entry: HistoryEntry) -> Iterator[Difference]:
    for name, (before, after) in entry.changes.items():
        if isinstance(before, dict) and isinstance(after, dict):
            yield from schema_differences(before, after)
        else:
            yield (name,), _side(before), _side(after)


def _side(value: JsonValue) -> JsonValue | Missing:
    """Return a top-level field's side: none of them is ever null, so null means that it was not there."""
    return Missing.MISSING if value is None else value


def _field(difference: Difference, sensitive: tuple[Path, ...]) -> HistoryField:
    path, before, after = difference
    field: HistoryField = {"path": format_path(path)}
    if not isinstance(before, Missing):
        field["before"] = masked(before, path, sensitive)
    if not isinstance(after, Missing):
        field["after"] = masked(after, path, sensitive)
    return field


def _possible(entry: HistoryEntry) -> tuple[Path, ...]:
    """Return every path that a manifest could call sensitive."""
    sides = [((name,), side) for name in ("description", "schema") for side in entry.changes.get(name, ())]
    return tuple(dict.fromkeys(path for at, side in sides if side for path, _ in value_paths(at, side)))
