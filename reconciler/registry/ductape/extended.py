"""A registry of ours behind the platform's calls: everything that its HTTP API offers, in the same forms.

A create carries a key under which it is carried out once; what became of any other write whose answer was lost, the
history tells.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Self

from reconciler.port import (
    Create,
    Delete,
    HistoryEntry,
    Impact,
    Record,
    RegistryUnavailable,
    Snapshot,
    Source,
    Update,
    Write,
)
from reconciler.registry.ductape.answers import Call, Missing
from reconciler.registry.ductape.proxy import Proxy
from reconciler.registry.http.decode import (
    changeset_revision_of,
    history_page_of,
    impact_of,
    impacts_of,
    record_of_tag,
    record_page_of,
)
from reconciler.registry.http.encode import changeset_json, source_json
from reconciler.registry.http.retry import Patience, repeat
from reconciler.registry.http.settle import Settlement
from reconciler.session_type import SessionType
from reconciler.values import JsonValue


class ExtendedReader:
    """One product, for reading. May be used by several threads at once."""

    def __init__(self, proxy: Proxy, product: str) -> None:
        self._proxy = proxy
        self._product = product

    def fetch(self) -> Snapshot:
        """Return all records of the product."""
        page = self._proxy.ask(self._call("list"), record_page_of)
        records = sorted(page.records, key=lambda each: each.tag)  # a registry sorts as its database does
        return Snapshot(tuple(records), page.revision, mark=page.mark)

    def record(self, tag: str, patience: Patience | None = None) -> Record | None:
        """Return the record of a tag, which may be a tombstone; None where there is none."""
        try:
            return self._proxy.ask(self._call("fetch", tag, tag=tag), _record_with(tag), patience)
        except Missing:
            return None

    def history(self, *, tag: str | None = None, after: int = 0) -> Iterator[HistoryEntry]:
        """Yield the entries of one tag, or of all, with a revision greater than `after`, oldest first, page by page."""
        return self.entries(tag, after)

    def entries(self, tag: str | None, after: int, patience: Patience | None = None) -> Iterator[HistoryEntry]:
        """Yield entries of the history with a patience of one's own."""
        at: int | None = after
        while at is not None:
            page = self._proxy.ask(self._call("history", {"tag": tag, "after": at}), history_page_of, patience)
            yield from page.entries
            if page.after is not None and page.after <= at:
                place = self._proxy.place
                raise RegistryUnavailable(f"{place} gives the same page of its history again and again")
            at = page.after

    def impact(self, tag: str) -> Impact | None:
        """Return the impact of a session type; None where no record has the tag."""
        try:
            return self._proxy.ask(self._call("impact", tag, tag=tag), impact_of)
        except Missing:
            return None

    def impacts(self, tags: Collection[str]) -> Mapping[str, Impact]:
        """Return the impacts of several session types."""
        found = self._proxy.ask(self._call("impacts"), impacts_of) if tags else {}
        return {tag: found[tag] for tag in tags if tag in found}

    def close(self) -> None:
        """Close the connections."""
        self._proxy.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _call(self, method: str, *params: JsonValue, tag: str | None = None, tags: Sequence[str] = ()) -> Call:
        return Call("sessions", method, (self._product, *params), tag, tuple(tags))


class ExtendedRegistry(ExtendedReader):
    """One product. May be used by several threads at once. Who writes, the history tells by the token."""

    def __init__(self, proxy: Proxy, product: str) -> None:
        super().__init__(proxy, product)
        self._settlement = Settlement(self)

    def create(self, session_type: SessionType, source: Source | None = None) -> Record:
        """Create a record."""
        tag, options = session_type.tag, {"source": source_json(source), "key": str(uuid.uuid4())}
        call = self._call("create", session_type.to_json(), {**options}, tag=tag)
        return self._proxy.change(call, _record_with(tag), repeat)

    def update(
        self, tag: str, fields: Mapping[str, JsonValue], *, revision: int, source: Source | None = None
    ) -> Record:
        """Replace the given top-level fields, each whole."""
        write = Update(tag, fields, revision, source)
        call = self._call("update", tag, dict(fields), _options(write), tag=tag)
        return self._proxy.change(call, _record_with(tag), lambda patience: self._settlement.update(write, patience))

    def delete(self, tag: str, *, revision: int, source: Source | None = None) -> None:
        """Delete a record."""
        write = Delete(tag, revision, source)
        call = self._call("delete", tag, _options(write), tag=tag)
        self._proxy.change(call, lambda _: True, lambda patience: self._settlement.delete(write, patience))

    def commit(self, writes: Sequence[Write]) -> None:
        """Carry out all writes in the given order, or none."""
        if not writes:
            return
        known = [write.revision for write in writes if not isinstance(write, Create)]
        # Older entries must not be taken for this changeset's.
        floor = max(known) if known else self.fetch().revision
        call = self._call("commit", changeset_json(writes), tags=[write.tag for write in writes])
        self._proxy.change(
            call, changeset_revision_of, lambda patience: self._settlement.changeset(writes, floor, patience)
        )


def _options(write: Update | Delete) -> JsonValue:
    return {"revision": write.revision, "source": source_json(write.source)}


def _record_with(tag: str) -> Callable[[JsonValue], Record]:
    return lambda value: record_of_tag(value, tag)
