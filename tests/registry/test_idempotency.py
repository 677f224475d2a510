from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from reconciler.port import (
    IdempotencyConflict,
    ManagedBy,
    RegistryRejected,
    RegistryUnavailable,
    Snapshot,
    Source,
    TagExists,
)
from reconciler.registry.store import Database, Store
from reconciler.registry.store.tables import idempotency_keys
from reconciler.session_type import SessionType

Make = Callable[..., SessionType]
Stores = Callable[..., Store]
SOURCE = Source("git", "a.yaml", "c0ffee", "digest")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def keys(database: Database) -> int:
    with database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(idempotency_keys)) or 0


def test_a_repeated_request_gets_the_first_answer(stores: Stores, make: Make) -> None:
    first, replayed = stores().create_once("k", make(name="Zoë 🦊"), SOURCE)
    assert (first.revision, replayed) == (1, False)
    stores().update("user-session", {"expiry": 9}, revision=1)

    assert stores().create_once("k", make(name="Zoë 🦊"), SOURCE) == (first, True)
    assert stores().fetch().revision == 2
    stores().delete("user-session", revision=2, source=SOURCE)
    assert stores().create_once("k", make(name="Zoë 🦊"), SOURCE) == (first, True)
    assert stores().fetch() == Snapshot(revision=3)


def test_the_replayed_record_is_whole(stores: Stores, make: Make) -> None:
    """Also where it took the place of a tombstone, and so has an owner and an applied spec of its own."""
    stores().create(make(), SOURCE)
    stores().delete("user-session", revision=1)
    first, _ = stores().create_once("k", make(expiry=1))
    assert (first.managed_by, first.applied) == (ManagedBy("git", "a.yaml", "c0ffee"), make())
    again, replayed = stores().create_once("k", make(expiry=1))
    assert (again, replayed) == (first, True)
    assert again.created_at
    assert again.created_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("fields", "source"), [({"expiry": 9}, SOURCE), ({"tag": "b"}, SOURCE), ({}, None), ({}, Source("other"))]
)
def test_another_request_under_the_same_key_is_refused(
    stores: Stores, make: Make, fields: dict[str, object], source: Source | None
) -> None:
    stores().create_once("k", make(), SOURCE)
    with pytest.raises(IdempotencyConflict) as refused:
        stores().create_once("k", make(**fields), source)
    assert refused.value.hint
    assert stores().fetch().revision == 1


def test_a_key_belongs_to_one_actor_and_one_product(stores: Stores, make: Make) -> None:
    stores().create_once("k", make())
    assert stores(product="other").create_once("k", make("b"))[1] is False
    assert stores("bob").create_once("k", make("b"))[1] is False
    with pytest.raises(TagExists):
        stores("eve").create_once("k", make())


def test_what_failed_is_not_kept(stores: Stores, database: Database, make: Make) -> None:
    stores().create(make())
    with pytest.raises(TagExists):
        stores().create_once("k", make())
    assert keys(database) == 0
    stores().delete("user-session", revision=1)
    assert stores().create_once("k", make())[0].revision == 3


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_has_a_length(stores: Stores, make: Make, key: str) -> None:
    with pytest.raises(RegistryRejected, match="1 to 255"):
        stores().create_once(key, make())
    assert stores().create_once("ü" * 255, make())[1] is False


def test_a_key_is_kept_for_a_day(database: Database, make: Make) -> None:
    now = [NOON]
    store = Store(database, product="p", actor="ada", clock=lambda: now[0])
    store.create_once("a", make("a"))
    now[0] += timedelta(hours=24)
    assert store.create_once("a", make("a"))[1] is True
    now[0] += timedelta(seconds=1)
    with pytest.raises(TagExists):
        store.create_once("a", make("a"))
    assert store.create_once("a", make("b"))[1] is False
    assert keys(database) == 1


def test_sixteen_threads_with_one_key_create_one_record(stores: Stores, make: Make) -> None:
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda _: stores().create_once("k", make(), SOURCE), range(32)))
    assert sorted(replayed for _, replayed in answers) == [False] + [True] * 31
    [record] = stores().fetch().records
    assert [answer for answer, _ in answers] == [record] * 32
    assert [entry.revision for entry in stores().history()] == [1]


@pytest.mark.parametrize("kept", ["{broken", "[]", "{}", '{"created_at":"noon"}'])
def test_a_damaged_answer_is_told(stores: Stores, database: Database, make: Make, kept: str) -> None:
    stores().create_once("k", make())
    database.write(lambda connection: connection.execute(update(idempotency_keys).values(record=kept)))
    with pytest.raises(RegistryUnavailable, match="holds a damaged value: a record that an idempotency key"):
        stores().create_once("k", make())
