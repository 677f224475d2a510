from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import inspect

from reconciler.port import Registry, RegistryRejected, Snapshot, Source, StaleRecord
from reconciler.registry.store import Database, Store, StoreReader, open_database
from reconciler.session_type import SessionType

Make = Callable[..., SessionType]
Stores = Callable[..., Store]
URL = "sqlite:///registry.db"

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_a_store_is_a_registry(stores: Stores) -> None:
    registry: Registry = stores()

    assert registry.fetch() == Snapshot()


def test_products_do_not_see_each_other(stores: Stores, make: Make) -> None:
    one, other = stores(product="one"), stores(product="other")
    one.create(make("a"))
    other.create(make("b"))

    assert [record.tag for record in one.fetch().records] == ["a"]
    assert [(entry.revision, entry.tag) for entry in other.history()] == [(1, "b")]
    with pytest.raises(StaleRecord):
        one.delete("b", revision=1)


def test_a_stale_write_names_who_came_first_and_when(stores: Stores, make: Make) -> None:
    ada, bob = stores("ada"), stores("bob")
    ada.create(make(), Source("git"))
    bob.update("user-session", {"expiry": 8}, revision=1)

    with pytest.raises(StaleRecord) as updated:
        ada.update("user-session", {"expiry": 9}, revision=1)
    assert updated.value.message == (
        "`user-session` is at revision 2, not 1: last written by bob at 2026-11-24T12:00:01Z"
    )

    bob.delete("user-session", revision=2)
    with pytest.raises(StaleRecord) as tombstone:
        ada.update("user-session", {"expiry": 9}, revision=2)
    ada.delete("user-session", revision=3, source=Source("git"))
    with pytest.raises(StaleRecord) as gone:
        bob.update("user-session", {"expiry": 9}, revision=2)
    assert "expected at revision 2, but deleted by bob at 2026-11-24T" in tombstone.value.message
    assert "expected at revision 2, but deleted by ada at 2026-11-24T" in gone.value.message
    assert gone.value.hint


def test_the_writer_is_recorded(stores: Stores, make: Make) -> None:
    stores("ada").create(make(), Source("git"))
    stores("bob").delete("user-session", revision=1)

    [tombstone] = stores().fetch().records
    assert (tombstone.updated_by, tombstone.updated_at) == ("bob", NOON + timedelta(seconds=1))
    assert [entry.actor for entry in stores().history()] == ["ada", "bob"]


def test_the_clock_of_another_zone_is_stored_as_utc(database: Database, make: Make) -> None:
    def clock() -> datetime:
        return NOON.astimezone(timezone(timedelta(hours=5, minutes=45)))

    store = Store(database, product="p", actor="ada", clock=clock)
    store.create(make())
    [record] = store.fetch().records
    assert (record.created_at, record.created_at and record.created_at.tzinfo) == (NOON, UTC)


def test_an_exception_on_the_way_rolls_the_write_back(
    stores: Stores, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = stores()
    store.create(make())
    before = store.fetch()
    with monkeypatch.context() as patch:
        patch.setattr("reconciler.registry.store.transaction.entry_columns", interrupt)
        with pytest.raises(KeyboardInterrupt):
            store.update("user-session", {"expiry": 9}, revision=1)

    assert store.fetch() == before
    assert store.update("user-session", {"expiry": 9}, revision=1).revision == 2


def interrupt(_entry: object) -> None:
    raise KeyboardInterrupt


def test_half_a_surrogate_pair_is_rejected(stores: Stores, make: Make) -> None:
    with pytest.raises(RegistryRejected, match="half a surrogate pair"):
        stores().create(make(description="\ud800"))
    assert stores().fetch() == Snapshot()


def test_a_number_beyond_64_bits_is_rejected(tmp_path: Path) -> None:
    with StoreReader(open_database(URL, tmp_path), product="p") as reader, pytest.raises(RegistryRejected, match="64"):
        reader.history(after=2**64)


def test_closing_leaves_one_file(tmp_path: Path, make: Make, clock: Callable[[], datetime]) -> None:
    with Store(open_database(URL, tmp_path), product="p", actor="ada", clock=clock) as store:
        store.create(make())
    assert [path.name for path in tmp_path.iterdir()] == ["registry.db"]


def test_history_is_read_by_an_index(tmp_path: Path) -> None:
    database = open_database(URL, tmp_path)
    with database.reading() as connection:
        [index] = inspect(connection).get_indexes("history")
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT * FROM history WHERE product='p' AND tag='t' AND revision>1 ORDER BY revision"
        ).all()
    database.close()
    assert index["column_names"] == ["product", "tag", "revision"]
    assert "USING INDEX history_by_tag" in str(plan)
    assert "TEMP B-TREE" not in str(plan)
