"""What is read of a product beside its records, as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from reconciler.port import Impact
from reconciler.registry.store import StoreReader
from reconciler.server.replies import entry_json


def history_json(reader: StoreReader, *, tag: str | None, after: int, limit: int) -> dict[str, Any]:
    """Return a page of the history, oldest first."""
    entries, more = reader.history_page(tag=tag, after=after, limit=limit)
    return {"items": [entry_json(entry) for entry in entries], "next_after": entries[-1].revision if more else None}


def impact_json(tag: str, impact: Impact) -> dict[str, Any]:
    """Return the impact of a session type."""
    return {"tag": tag, **asdict(impact)}


def impacts_json(reader: StoreReader) -> dict[str, Any]:
    """Return the impacts of all session types, as far as they are known."""
    found = reader.impacts()
    return {"items": [impact_json(tag, found[tag]) for tag in sorted(found)]}
