"""What the server asks of a reader beside lists: single records, the product's revision, pages of the history."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reconciler.port import HistoryEntry, Snapshot, Source
from reconciler.registry.store import Database, Store, StoreReader
from reconciler.session_type import SessionType

Make = Callable[..., SessionType]
Stores = Callable[..., Store]
TAGS = ("0", "Z", "a", "a-1", "a.1", "a_1", "b")


@pytest.fixture
def reader(database: Database, stores: Stores, make: Make) -> StoreReader:
    for tag in reversed(TAGS):
        stores().create(make(tag), Source("git"))
    stores(product="another").create(make("zz"))
    return StoreReader(database, product="storefront")


def test_an_unknown_product_is_empty(database: Database) -> None:
    reader = StoreReader(database, product="nobody")
    assert reader.fetch() == Snapshot(mark="0")
    assert reader.product_revision() == 0
    assert reader.record("a") is None
    assert reader.history_page(limit=5) == ((), False)


def test_a_record_is_found_by_its_tag(reader: StoreReader) -> None:
    by_tag = {record.tag: record for record in reader.fetch().records}
    assert {tag: reader.record(tag) for tag in TAGS} == by_tag
    assert reader.record("A") is None
    assert reader.record("zz") is None


def test_the_products_revision_moves_with_each_write(reader: StoreReader, stores: Stores) -> None:
    assert reader.product_revision() == len(TAGS)
    stores().update("a", {"expiry": 9}, revision=5)
    assert reader.product_revision() == len(TAGS) + 1


@pytest.mark.parametrize("tag", [None, "a"])
@pytest.mark.parametrize("limit", [1, 2, 3, 9, 10, 11])
def test_history_pages_give_all_entries(reader: StoreReader, stores: Stores, limit: int, tag: str | None) -> None:
    for revision in (5, 8, 9):
        stores().update("a", {"expiry": revision}, revision=revision)
    found: list[HistoryEntry] = []
    more = True
    while more:
        entries, more = reader.history_page(tag=tag, after=found[-1].revision if found else 0, limit=limit)
        assert 0 < len(entries) <= limit
        found += entries
    assert tuple(found) == reader.history(tag=tag)
    assert len(found) == (10 if tag is None else 4)
