"""Values as JSON answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from reconciler.port import HistoryEntry, ManagedBy, Record, Source
from reconciler.values import exact_rfc3339 as moment

MOST_ERRORS = 100
# Made once: `json.dumps` with options makes one each time.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
json_text = _ENCODER.encode
REVALIDATE = "private, no-cache"
NO_STORE = "no-store"


def reply(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a JSON answer. Caches may keep it for its reader, and must ask before they use it."""
    return json_reply(encode(value), status, headers)


def json_reply(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return the same for a value that is JSON already."""
    return Response(body, status, {"Cache-Control": REVALIDATE, **(headers or {})}, "application/json")


def encode(value: Any) -> bytes:
    """Return a value as JSON. Half a character, which only a refused request can bring, becomes a question mark."""
    return json_text(value).encode("utf-8", errors="replace")


def record_json(record: Record) -> dict[str, Any]:
    """Return a record as JSON."""
    spec = record.spec and record.spec.to_json()
    return {
        "tag": record.tag,
        "spec": spec,
        "revision": record.revision,
        "managed_by": _owner(record.managed_by),
        "applied": spec if record.applied is record.spec else record.applied and record.applied.to_json(),
        "created_at": moment(record.created_at),
        "updated_at": moment(record.updated_at),
        "updated_by": record.updated_by,
    }


def entry_json(entry: HistoryEntry) -> dict[str, Any]:
    """Return an entry of the history as JSON."""
    return {
        "revision": entry.revision,
        "tag": entry.tag,
        "action": entry.action,
        "at": moment(entry.at),
        "actor": entry.actor,
        "source": _source(entry.source),
        "changes": {name: {"before": before, "after": after} for name, (before, after) in entry.changes.items()},
    }


def _owner(owner: ManagedBy | None) -> dict[str, Any] | None:
    return None if owner is None else {"project": owner.project, "file": owner.file, "commit": owner.commit}


def _source(source: Source | None) -> dict[str, Any] | None:
    if source is None:
        return None
    return {"project": source.project, "file": source.file, "commit": source.commit, "plan": source.plan}
