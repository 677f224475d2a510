"""The backends that the contract is held against, and small makers of what tests need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from reconciler.port import Registry
from reconciler.registry import open_registry
from reconciler.registry.store import Store, open_database
from reconciler.registry.url import SqliteFile
from reconciler.session_type import Period, SessionType
from tests.registry.http.fake import TOKEN, FakeServer

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


@pytest.fixture(params=["sqlite", "http"])
def registry(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """Open an empty registry of each kind. A new adapter adds its name to `params` and a case."""
    match request.param:
        case "sqlite":
            with open_registry("sqlite:///registry.db", product="storefront", root=tmp_path, actor="ada") as opened:
                yield opened
        case "http":
            monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
            server = FakeServer(tmp_path)
            with (
                closing(server),
                open_registry(server.url, product="storefront", root=tmp_path, actor="ada", token=TOKEN) as opened,
            ):
                yield opened


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """Return a clock that moves by one second whenever it is read, from noon on."""
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    seconds = count()
    return lambda: noon + timedelta(seconds=next(seconds))


@pytest.fixture
def file(tmp_path: Path) -> SqliteFile:
    """Name a database file that does not exist yet."""
    return SqliteFile(tmp_path / "registry.db", "registry.db")


@pytest.fixture
def stores(file: SqliteFile, clock: Callable[[], datetime]) -> Iterator[Callable[..., Store]]:
    """Open stores of several actors and products on one database."""
    database = open_database(file)

    def store(actor: str = "ada", product: str = "storefront") -> Store:
        return Store(database, product=product, actor=actor, clock=clock)

    yield store
    database.close()
