"""Records as they are stored: the same as those that are read, found by the primary key alone."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy import Select, delete, update

from reconciler.port import Record, RegistryUnavailable, Source
from reconciler.registry.store import Database, KeptRecord, Store, StoreReader
from reconciler.registry.store.listing import listing_query
from reconciler.registry.store.tables import history, session_types
from reconciler.session_type import Period, SessionType
from reconciler.values import exact_rfc3339

Make = Callable[..., SessionType]
Stores = Callable[..., Store]
TAGS = ("0", "Z", "a", "a-1", "b", "gone")


@pytest.fixture
def reader(database: Database, stores: Stores, make: Make) -> StoreReader:
    store = stores()
    for tag in reversed(TAGS):
        store.create(make(tag), Source("git"))
    store.update("b", {"name": 'Quotes " and \\ and \n, Zürich 🏙'}, revision=2, source=Source("gît", "a.yaml", "c0"))
    store.update("a", {"schema": {"userId": "u", "n": 1.0, "big": 2**62, "deep": [None, True, 1e-7]}}, revision=4)
    store.update("Z", {"period": "minutes"}, revision=5)
    store.delete("gone", revision=1)
    stores(product="another").create(make("zz"))
    return StoreReader(database, product="storefront")


def listed(reader: StoreReader, after: str | None = None, limit: int = 100) -> tuple[list[KeptRecord], int, str, bool]:
    with reader.listing(after, limit) as listing:
        records = list(listing)
        return records, listing.revision, listing.mark, listing.more


def kept(record: Record) -> KeptRecord:
    owner = record.managed_by
    return KeptRecord(
        record.tag,
        text(record.spec),
        record.revision,
        owner.project if owner else None,
        owner.file if owner else None,
        owner.commit if owner else None,
        text(record.applied),
        exact_rfc3339(record.created_at) or "",
        exact_rfc3339(record.updated_at) or "",
        record.updated_by,
    )


def text(session_type: SessionType | None) -> str | None:
    if session_type is None:
        return None
    return json.dumps(session_type.to_json(), ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize("limit", [1, 2, 5, 6, 7])
def test_what_is_stored_is_what_is_read(reader: StoreReader, limit: int) -> None:
    snapshot = reader.fetch()
    found: list[KeptRecord] = []
    more = True
    while more:
        records, revision, mark, more = listed(reader, found[-1].tag if found else None, limit)
        assert (revision, mark) == (snapshot.revision, snapshot.mark)
        assert 0 < len(records) <= limit
        assert more == (len(found) + len(records) < len(TAGS))
        found += records
    assert found == [kept(record) for record in snapshot.records]
    assert [record.tag for record in found] == list(TAGS)
    assert found[-1].spec is None


def test_a_page_without_records_has_its_revision(reader: StoreReader, database: Database) -> None:
    snapshot = reader.fetch()
    assert listed(reader, "zzz") == ([], snapshot.revision, snapshot.mark, False)
    assert snapshot.revision > 0
    assert listed(StoreReader(database, product="nobody")) == ([], 0, "0", False)


def test_without_a_history_the_records_are_there(reader: StoreReader, database: Database) -> None:
    database.write(lambda connection: connection.execute(delete(history)))
    records, revision, mark, _ = listed(reader)
    snapshot = reader.fetch()
    assert [record.tag for record in records] == list(TAGS)
    assert (revision, mark) == (snapshot.revision, snapshot.mark)
    assert mark == reader.product_mark()


@pytest.mark.parametrize("period", Period)
def test_every_period_is_known_by_its_end(stores: Stores, database: Database, make: Make, period: Period) -> None:
    created = stores().create(make(period=period))
    [record] = listed(StoreReader(database, product="storefront"))[0]
    assert record.spec == text(created.spec)


@pytest.mark.parametrize("after", [None, "a"])
def test_the_primary_key_serves_a_page(reader: StoreReader, database: Database, after: str | None) -> None:
    assert listed(reader, after)[0]
    plan = explained(database, listing_query("storefront", after, 100))
    if database.engine.dialect.name == "sqlite":
        assert "SEARCH session_types USING INDEX sqlite_autoindex_session_types_1 (product=?" in plan
        assert "TEMP B-TREE" not in plan
        assert "SCAN" not in plan
    else:
        assert "Index Scan using session_types_pkey on session_types" in plan
        assert "Sort" not in plan
    assert ("tag >" in plan or "tag>" in plan) is (after is not None)


def explained(database: Database, query: Select[tuple[object, ...]]) -> str:
    statement = str(query.compile(database.engine, compile_kwargs={"literal_binds": True}))
    with database.reading() as connection:
        if database.engine.dialect.name == "sqlite":
            return "\n".join(row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}"))
        # Of a few rows PostgreSQL rather reads all.
        for way in ("enable_seqscan", "enable_bitmapscan"):
            connection.exec_driver_sql(f"SET LOCAL {way} = off")
        return "\n".join(connection.exec_driver_sql(f"EXPLAIN (COSTS OFF) {statement}").scalars())


@pytest.mark.parametrize(
    ("column", "value"),
    [("spec", "{broken"), ("spec", '{"name":"x"'), ("spec", '{"period":"eons"}'), ("applied", "7"), ("applied", "[]")],
)
def test_damaged_json_is_told(stores: Stores, database: Database, make: Make, column: str, value: str) -> None:
    stores().create(make())
    database.write(lambda connection: connection.execute(update(session_types).values({column: value})))
    with pytest.raises(RegistryUnavailable, match=f"`{column}` of the session type `user-session`"):
        listed(StoreReader(database, product="storefront"))


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("value", ["'noon'", "5"])
def test_a_damaged_time_is_told(stores: Stores, database: Database, make: Make, value: str) -> None:
    stores().create(make())
    statement = f"UPDATE session_types SET updated_at = {value}"  # noqa: S608
    database.write(lambda connection: connection.exec_driver_sql(statement))
    with pytest.raises(RegistryUnavailable, match="a time can't be read"):
        listed(StoreReader(database, product="storefront"))


def test_what_another_hand_wrote_is_spelled_as_ours(stores: Stores, database: Database, make: Make) -> None:
    stores().create(make())
    value = json.dumps(make().to_json(), indent=1)
    database.write(lambda connection: connection.execute(update(session_types).values(spec=value)))
    assert listed(StoreReader(database, product="storefront"))[0][0].spec == text(make())
