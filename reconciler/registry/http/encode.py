"""What the port speaks of as requests: paths, bodies, and the headers that say where a write comes from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

from reconciler.port import Create, Delete, RegistryRejected, Source, Update, Write
from reconciler.values import JsonObject, JsonValue

_HALF = "Text with half a surrogate pair can't be sent"


def product_path(product: str) -> str:
    """Return the path of a product. Raises RegistryRejected for a name that can't stand in a path."""
    if not product or product in {".", ".."}:
        raise RegistryRejected(f"A product can't be named `{product}` on an HTTP registry")
    return f"/v1/products/{segment(product)}"


def segment(text: str) -> str:
    """Percent-encode a piece of a path."""
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise RegistryRejected(_HALF) from None


def json_body(value: JsonValue) -> bytes:
    """Write a body."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise RegistryRejected(_HALF) from None
    except ValueError:
        raise RegistryRejected("A number that JSON does not have (infinite, or none) can't be sent") from None


def source_headers(source: Source | None) -> dict[str, str]:
    """Return the headers that say where a write comes from; none for another hand's write."""
    return {f"Reconciler-{name.title()}": quote_header(value) for name, value in _source_fields(source)}


def quote_header(text: str) -> str:
    """Percent-encode what goes into a header."""
    try:
        return quote(text, safe="/")
    except UnicodeEncodeError:
        raise RegistryRejected(_HALF) from None


def changeset(writes: Sequence[Write]) -> bytes:
    """Write the body of a changeset."""
    return json_body(changeset_json(writes))


def changeset_json(writes: Sequence[Write]) -> JsonObject:
    """Return a changeset as JSON."""
    return {"writes": [_write(write) for write in writes]}


def source_json(source: Source | None) -> JsonValue:
    """Return where a write comes from as JSON; null for another hand's write."""
    return dict(_source_fields(source)) if source else None


def _write(write: Write) -> JsonValue:
    source = source_json(write.source)
    match write:
        case Create(session_type=session_type):
            return {"action": "create", "spec": session_type.to_json(), "source": source}
        case Update(tag=tag, fields=fields, revision=revision):
            return {"action": "update", "tag": tag, "fields": _plain(fields), "revision": revision, "source": source}
        case Delete(tag=tag, revision=revision):
            return {"action": "delete", "tag": tag, "revision": revision, "source": source}


def _plain(fields: Mapping[str, JsonValue]) -> JsonValue:
    return dict(fields)


def _source_fields(source: Source | None) -> Iterator[tuple[str, str]]:
    if source is None:
        return
    named = {"project": source.project, "file": source.file, "commit": source.commit, "plan": source.plan}
    yield from ((name, value) for name, value in named.items() if value is not None)
