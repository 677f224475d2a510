"""A page of records as JSON, written around the specs, which go from the database into the answer as they are stored.

The bytes are those that `reply` makes of the records one by one. The body is whole before its first byte is sent: who
reads slowly holds neither a connection to the database nor a transaction, and what can't be read is a problem document
and not half an answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from json.encoder import encode_basestring as quoted  # what the encoder itself calls

from starlette.responses import Response

from reconciler.registry.store import KeptRecord, Listing
from reconciler.server.conditions import etag
from reconciler.server.cursors import cursor_after
from reconciler.server.replies import json_reply, json_text

_PIECE = 500


def record_page(listing: Listing) -> Response:
    """Return the answer with the records of a listing."""
    return json_reply(b"".join(_pieces(listing)), headers={"ETag": etag(listing.mark)})


def _pieces(listing: Listing) -> Iterator[bytes]:
    records, last, comma = iter(listing), None, ""
    yield b'{"items":['
    while piece := list(islice(records, _PIECE)):
        yield (comma + ",".join(map(_record, piece))).encode()
        comma, last = ",", piece[-1].tag
    cursor = cursor_after(last) if listing.more and last is not None else None
    yield f'],"revision":{listing.revision},"mark":{json_text(listing.mark)},"next":{json_text(cursor)}}}'.encode()


def _record(kept: KeptRecord) -> str:
    tag, spec, revision, project, file, commit, applied, created_at, updated_at, updated_by = kept
    owner = (
        "null"
        if project is None
        else f'{{"project":{quoted(project)},"file":{_or_null(file)},"commit":{_or_null(commit)}}}'
    )
    return (
        f'{{"tag":{quoted(tag)},"spec":{spec or "null"},"revision":{revision},"managed_by":{owner},'
        f'"applied":{applied or "null"},"created_at":"{created_at}","updated_at":"{updated_at}",'
        f'"updated_by":{quoted(updated_by)}}}'
    )


def _or_null(text: str | None) -> str:
    return "null" if text is None else quoted(text)
