"""The backends that the contract is held against, and small makers of what tests need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from reconciler.port import ChangesetRegistry
from reconciler.registry import open_registry
from reconciler.registry.store import Database, Store, open_database
from reconciler.session_type import Period, SessionType
from tests.postgres import PostgresServer

MakeSessionType = Callable[..., SessionType]


@pytest.fixture
def make() -> MakeSessionType:
    """Make a valid session type with some of its fields changed."""
    plain = SessionType(
        name="User session",
        tag="user-session",
        description="",
        schema={"userId": "user_123", "details": {"email": "ada@example.com"}},
        selector="$Session{userId}",
        expiry=7,
        period=Period.DAYS,
    )

    def changed(tag: str = "user-session", **fields: Any) -> SessionType:
        return replace(plain, tag=tag, **fields)

    return changed


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Name an empty database of each kind; SQLite's file starts at the root that a test opens it with."""
    if request.param == "sqlite":
        yield "sqlite:///registry.db"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.database() as url:
        yield url


@pytest.fixture
def registry(url: str, tmp_path: Path) -> Iterator[ChangesetRegistry]:
    """Open an empty registry of each kind."""
    with open_registry(url, product="storefront", root=tmp_path, actor="ada") as opened:
        yield opened


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """Return a clock that moves by one second whenever it is read, from noon on."""
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    seconds = count()
    return lambda: noon + timedelta(seconds=next(seconds))


@pytest.fixture
def database(url: str, tmp_path: Path) -> Iterator[Database]:
    """Open an empty database of each kind."""
    database = open_database(url, tmp_path)
    yield database
    database.close()


@pytest.fixture
def stores(database: Database, clock: Callable[[], datetime]) -> Callable[..., Store]:
    """Open stores of several actors and products on one database."""

    def store(actor: str = "ada", product: str = "storefront") -> Store:
        return Store(database, product=product, actor=actor, clock=clock)

    return store
