"""Transactions that the database gives up are run again; others are not."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace

import psycopg
import pytest
from sqlalchemy import Connection, exc, select, text, update

from reconciler.port import RegistryUnavailable
from reconciler.registry.store import Database, Store, open_database, retry
from reconciler.registry.store.tables import products
from reconciler.registry.store.transaction import Transaction
from reconciler.session_type import SessionType
from tests.postgres import PostgresServer

Make = Callable[..., SessionType]
Stores = Callable[..., Store]


def given_up(kind: type[psycopg.Error]) -> exc.DBAPIError:
    return exc.OperationalError("UPDATE x", {}, kind("raw words"))


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr(retry, "time", SimpleNamespace(sleep=slept.append))
    return slept


@pytest.mark.parametrize("kind", [psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected])
def test_it_is_tried_until_it_succeeds(database: Database, pauses: list[float], kind: type[psycopg.Error]) -> None:
    failures = iter([given_up(kind)] * 3)

    def work(connection: Connection) -> str:
        if error := next(failures, None):
            raise error
        return str(connection.scalar(text("SELECT 7")))

    assert database.write(work) == "7"
    assert len(pauses) == 3


def test_it_is_not_tried_for_ever(database: Database, pauses: list[float]) -> None:
    def work(_: Connection) -> None:
        raise given_up(psycopg.errors.SerializationFailure)

    with pytest.raises(RegistryUnavailable, match="is too busy") as busy:
        database.write(work)
    assert busy.value.hint
    assert "raw words" not in busy.value.message
    assert len(pauses) == retry.ATTEMPTS - 1
    assert all(0 <= pause <= 0.5 for pause in pauses)


def test_another_failure_is_told_at_once(database: Database, pauses: list[float]) -> None:
    def work(_: Connection) -> None:
        raise given_up(psycopg.errors.InsufficientPrivilege)

    with pytest.raises(RegistryUnavailable, match="permission denied"):
        database.write(work)
    assert pauses == []


def test_a_write_that_was_given_up_halfway_leaves_one_entry(
    stores: Stores, make: Make, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    """The clock is read anew, and nothing of the first attempt is left."""
    failures = iter([given_up(psycopg.errors.SerializationFailure)] * 2)
    whole = Transaction.end

    def end(transaction: Transaction) -> None:
        if error := next(failures, None):
            raise error
        whole(transaction)

    monkeypatch.setattr(Transaction, "end", end)
    created = stores().create(make())
    assert len(pauses) == 2
    assert created.revision == 1
    assert created.created_at
    assert created.created_at.second == 2
    [entry] = stores().history()
    assert (entry.revision, entry.at) == (1, created.created_at)


def test_a_real_deadlock(postgres: PostgresServer, tmp_path: Path) -> None:
    with postgres.database() as url:
        lock_each_other_out(url, tmp_path)


def lock_each_other_out(url: str, tmp_path: Path) -> None:
    database = open_database(f"{url}&options=-c%20deadlock_timeout%3D20ms", tmp_path)
    database.write(lambda connection: connection.execute(text("INSERT INTO products VALUES ('a', 0), ('b', 0)")))
    meeting, attempts = Barrier(2), []

    def count_up(order: str) -> None:
        first = True

        def work(connection: Connection) -> None:
            nonlocal first
            attempts.append(order)
            for product in order:
                change = update(products).where(products.c.product == product)
                connection.execute(change.values(revision=products.c.revision + 1))
                if first:
                    first = False
                    meeting.wait()

        database.write(work)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(count_up, ("ab", "ba")))
    with database.reading() as connection:
        assert connection.scalars(select(products.c.revision)).all() == [2, 2]
    assert len(attempts) > 2
    database.close()
