"""A registry behind HTTP: `reconciler.port.ChangesetRegistry` on the API of design section 5.

Each write is one request. A create carries a key under which the registry carries it out once, however often it comes;
every other write carries the revision that it was made from, and is asked after before it is sent again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Self

from reconciler.port import (
    Create,
    Delete,
    HistoryEntry,
    Record,
    Snapshot,
    Source,
    Update,
    Write,
)
from reconciler.registry.http.decode import changeset_revision, record_of_tag
from reconciler.registry.http.encode import changeset, product_path, segment, source_headers
from reconciler.registry.http.encode import json_body as body
from reconciler.registry.http.fields import parsed
from reconciler.registry.http.link import Link
from reconciler.registry.http.reader import HttpReader
from reconciler.registry.http.retry import repeat
from reconciler.registry.http.settle import Settlement
from reconciler.registry.http.transport import Request
from reconciler.session_type import SessionType
from reconciler.values import JsonValue

_OK, _CREATED, _NO_CONTENT = 200, 201, 204


def _new_key() -> str:
    return str(uuid.uuid4())


class HttpRegistry:
    """One product of a registry behind HTTP. May be used by several threads at once.

    Who writes is not said here: the history names the token.
    """

    def __init__(self, link: Link, reader: HttpReader, *, product: str, new_key: Callable[[], str] = _new_key) -> None:
        self._link = link
        self._reader = reader
        self._settlement = Settlement(reader)
        self._product = product_path(product)
        self._new_key = new_key

    def fetch(self) -> Snapshot:
        """Return all records of the product."""
        return self._reader.fetch()

    def record(self, tag: str) -> Record | None:
        """Return the record of a tag, which may be a tombstone; None where there is none."""
        return self._reader.record(tag, self._link.patience)

    def history(self, *, tag: str | None = None, after: int = 0) -> Iterator[HistoryEntry]:
        """Yield the entries of one tag, or of all, with a revision greater than `after`, oldest first."""
        return self._reader.history(tag=tag, after=after)

    def create(self, session_type: SessionType, source: Source | None = None) -> Record:
        """Create a record."""
        return self.create_from(session_type.to_json(), source)

    def create_from(self, fields: Mapping[str, JsonValue], source: Source | None = None) -> Record:
        """Create a record from fields that only the registry checks."""
        tag = str(fields.get("tag", ""))
        headers = {**source_headers(source), "Idempotency-Key": self._new_key()}
        path = f"{self._product}/session-types"
        request = Request("POST", path, headers=headers, body=body(dict(fields)), tag=tag or None)
        return self._link.change(request, _CREATED, _record_of(tag), repeat)

    def update(
        self, tag: str, fields: Mapping[str, JsonValue], *, revision: int, source: Source | None = None
    ) -> Record:
        """Replace the given top-level fields, each whole."""
        write = Update(tag, fields, revision, source)
        request = Request("PATCH", self._path(tag), headers=_conditional(write), body=body(dict(fields)), tag=tag)
        return self._link.change(
            request, _OK, _record_of(tag), lambda patience: self._settlement.update(write, patience)
        )

    def delete(self, tag: str, *, revision: int, source: Source | None = None) -> None:
        """Delete a record."""
        write = Delete(tag, revision, source)
        request = Request("DELETE", self._path(tag), headers=_conditional(write), tag=tag)
        self._link.change(
            request, _NO_CONTENT, lambda _: True, lambda patience: self._settlement.delete(write, patience)
        )

    def commit(self, writes: Sequence[Write]) -> None:
        """Carry out all writes in the given order, or none."""
        if not writes:
            return
        floor = self._floor(writes)
        request = Request(
            "POST", f"{self._product}/changesets", body=changeset(writes), tags=[write.tag for write in writes]
        )
        self._link.change(
            request,
            _OK,
            changeset_revision,
            lambda patience: self._settlement.changeset(writes, floor, patience),
        )

    def close(self) -> None:
        """Close the connections."""
        self._link.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _path(self, tag: str) -> str:
        return f"{self._product}/session-types/{segment(tag)}"

    def _floor(self, writes: Sequence[Write]) -> int:
        """Return a revision that the product has already, so that older entries can't be taken for this changeset's.

        Only where all writes are creates does it have to be asked for.
        """
        known = [write.revision for write in writes if not isinstance(write, Create)]
        return max(known) if known else self._reader.revision()


def _conditional(write: Update | Delete) -> dict[str, str]:
    return {**source_headers(write.source), "If-Match": f'"{write.revision}"'}


def _record_of(tag: str) -> Callable[[bytes], Record]:
    return lambda content: record_of_tag(parsed(content), tag)
