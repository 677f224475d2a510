"""The reading half of a registry behind HTTP. It sends nothing but GETs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Self

from reconciler.port import HistoryEntry, Impact, Record, Snapshot
from reconciler.registry.http.decode import (
    HistoryPage,
    RecordPage,
    history_page,
    impact,
    impacts,
    record,
    record_page,
    record_page_of,
)
from reconciler.registry.http.encode import product_path, segment
from reconciler.registry.http.fields import Malformed, parsed
from reconciler.registry.http.link import NOT_FOUND, NOT_MODIFIED, Link
from reconciler.registry.http.refusal import is_missing
from reconciler.registry.http.retry import Patience
from reconciler.registry.http.snapshot_cache import Saved, SnapshotCache
from reconciler.registry.http.transport import Answer, Request
from reconciler.values import JsonValue, same_value

# The most that the agreement allows: a page costs a request, and its records cost the same on any page.
PAGE_SIZE = 10_000
_HISTORY_PAGE_SIZE = 1000
_RESTARTS = 5
_UNSUPPORTED = (NOT_FOUND, 405, 501)  # what a server answers that does not know the address


class HttpReader:
    """One product of a registry, for reading. May be used by several threads at once."""

    def __init__(self, link: Link, *, product: str, cache: SnapshotCache, page_size: int = PAGE_SIZE) -> None:
        self._link = link
        self._records = f"{product_path(product)}/session-types"
        self._history = f"{product_path(product)}/history"
        self._impact = f"{product_path(product)}/impact"
        self._cache = cache
        self._page_size = page_size

    def fetch(self) -> Snapshot:
        """Return all records of the product, from the cache where the registry says that nothing has changed."""
        saved = self._cache.load()
        for _ in range(_RESTARTS):
            first = self._page(None, saved.etag if saved else None)
            if saved is not None and first.status == NOT_MODIFIED:
                kept = _kept(saved)
                if kept is not None:
                    return kept
                saved = None  # whole, but of a form that we don't read: an older version's
                continue
            value, page = self._link.decoded(first, _read_page)
            values, pages = [value], [page]
            while (
                pages[-1].cursor is not None
                and pages[-1].mark == pages[0].mark
                and pages[-1].revision == pages[0].revision
            ):
                value, page = self._link.decoded(self._next_page(pages), _read_page)
                values.append(value)
                pages.append(page)
            if pages[-1].mark == pages[0].mark and pages[-1].revision == pages[0].revision:
                snapshot = self._snapshot(pages)  # only what can be one is kept
                self._save(first.headers.get("etag"), values)
                return snapshot
        raise self._link.unusable(f"changed while it was read, {_RESTARTS} times in a row")

    def history(self, *, tag: str | None = None, after: int = 0) -> Iterator[HistoryEntry]:
        """Yield the entries of one tag, or of all, with a revision greater than `after`, oldest first, page by page."""
        return self.entries(tag, after, self._link.patience)

    def entries(self, tag: str | None, after: int, patience: Patience) -> Iterator[HistoryEntry]:
        """Yield entries of the history with a patience of one's own."""
        at: int | None = after
        while at is not None:
            page = self._history_page(tag, at, patience)
            yield from page.entries
            if page.after is not None and page.after <= at:
                raise self._link.unusable("gives the same page of its history again and again")
            at = page.after

    def record(self, tag: str, patience: Patience) -> Record | None:
        """Return the record of a tag, which may be a tombstone."""
        answer = self._of_tag(tag, "", patience)
        return None if answer is None else self._link.decoded(answer, record)

    def impact(self, tag: str) -> Impact | None:
        """Return the impact of a session type; None where no record has the tag."""
        answer = self._of_tag(tag, "/impact", self._link.patience)
        return None if answer is None else self._link.decoded(answer, impact)

    def impacts(self, tags: Collection[str]) -> Mapping[str, Impact]:
        """Return the impacts of several session types; none from a registry that is too old to be asked for them."""
        if not tags:
            return {}
        answer = self._link.get(Request("GET", self._impact), *_UNSUPPORTED)
        if answer.status in _UNSUPPORTED:
            return {}
        found = self._link.decoded(answer, impacts)
        return {tag: found[tag] for tag in tags if tag in found}

    def revision(self) -> int:
        """Return the product's revision."""
        answer = self._link.get(Request("GET", self._records, {"limit": "1"}))
        return self._link.decoded(answer, record_page).revision

    def close(self) -> None:
        """Close the connections."""
        self._link.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _of_tag(self, tag: str, what: str, patience: Patience) -> Answer | None:
        request = Request("GET", f"{self._records}/{segment(tag)}{what}", tag=tag)
        answer = self._link.get(request, NOT_FOUND, patience=patience)
        if answer.status == NOT_FOUND and not is_missing(answer):
            raise self._link.refusals.error(request, answer)
        return None if answer.status == NOT_FOUND else answer

    def _page(self, cursor: str | None, etag: str | None) -> Answer:
        query = {"limit": str(self._page_size)} | ({"cursor": cursor} if cursor else {})
        headers = {"If-None-Match": etag} if etag else {}
        return self._link.get(Request("GET", self._records, query, headers), *((NOT_MODIFIED,) if etag else ()))

    def _next_page(self, pages: list[RecordPage]) -> Answer:
        cursor = pages[-1].cursor
        if any(page.cursor == cursor for page in pages[:-1]):
            raise self._link.unusable("gives the same page of its records again and again")
        return self._page(cursor, None)

    def _snapshot(self, pages: list[RecordPage]) -> Snapshot:
        snapshot = _snapshot(pages)
        if len({record.tag for record in snapshot.records}) < len(snapshot.records):
            raise self._link.unusable("lists a session type twice")
        return snapshot

    def _save(self, etag: str | None, pages: list[JsonValue]) -> None:
        if etag:
            self._cache.save(Saved(etag, tuple(map(_compacted, pages))))

    def _history_page(self, tag: str | None, after: int, patience: Patience) -> HistoryPage:
        query = {"after": str(after), "limit": str(_HISTORY_PAGE_SIZE)} | ({"tag": tag} if tag is not None else {})
        request = Request("GET", self._history, query)
        return self._link.decoded(self._link.get(request, patience=patience), history_page)


def _read_page(body: bytes) -> tuple[JsonValue, RecordPage]:
    value = parsed(body)
    return value, record_page_of(value)


def _compacted(page: Any) -> JsonValue:
    """Return a page in which what was applied is the spec itself where both are one: it is kept, and read, once."""
    for item in page["items"]:
        if same_value(item["applied"], item["spec"]):
            item["applied"] = item["spec"]
    return page  # type: ignore[no-any-return]


def _kept(saved: Saved) -> Snapshot | None:
    try:
        return _snapshot([record_page_of(page) for page in saved.pages])
    except Malformed:
        return None


def _snapshot(pages: list[RecordPage]) -> Snapshot:
    # Sorted here: a registry sorts as its database does.
    records = sorted((record for page in pages for record in page.records), key=lambda each: each.tag)
    return Snapshot(tuple(records), pages[0].revision, mark=pages[0].mark)
