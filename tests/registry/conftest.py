"""The backends that the contract is held against, and small makers of what tests need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from reconciler.access import Role
from reconciler.port import ChangesetRegistry
from reconciler.registry import open_registry
from reconciler.registry.store import Database, Store, open_database
from reconciler.session_type import Period, SessionType
from tests.postgres import PostgresServer
from tests.registry.ductape.fake import ENVIRONMENT, FakePlatform
from tests.registry.http.fake import TOKEN, FakeServer
from tests.registry.kinds import KINDS, PLAIN_KINDS
from tests.server.running import running

# A platform with every quirk that its documents and clients differ in.
ODD = {
    "schema_as_text": True,
    "plain_selectors": True,
    "no_description": True,
    "fetch_refuses_unknown": False,
    "create_returns_record": True,
    "base": "/api",
}

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
    with _database_url(request.param, request) as url:
        yield url


@pytest.fixture(params=KINDS)
def registry(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ChangesetRegistry]:
    """Open an empty registry of each kind. A new adapter adds its name to `params` and a case."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    ledger = "ledger.json" if request.param in PLAIN_KINDS else None
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with (
        _registry_address(request.param, request, tmp_path) as (url, token),
        open_registry(url, product="storefront", root=tmp_path, actor="ada", token=token, ledger=ledger) as opened,
    ):
        yield opened


@contextmanager
def _registry_address(kind: str, request: pytest.FixtureRequest, root: Path) -> Iterator[tuple[str, str | None]]:
    """Give the URL of an empty registry, with a token for it if it is a server."""
    database = kind.removeprefix("server-on-")
    if kind.startswith("our-ductape-on-"):
        with (
            _database_url(kind.removeprefix("our-ductape-on-"), request) as url,
            running(url, root, ductape=True) as own,
        ):
            request.getfixturevalue("monkeypatch").setenv("DUCTAPE_AUTH_TOKEN", own.token(Role.WRITE))
            yield f"ductape+{own.url}/api", None
    elif kind in PLAIN_KINDS:
        with closing(FakePlatform(**(ODD if kind.startswith("odd") else {}))) as platform:
            yield platform.registry, None
    elif kind == "fake-server":
        with closing(FakeServer(root)) as fake:
            yield fake.url, TOKEN
    elif database == kind:
        with _database_url(kind, request) as url:
            yield url, None
    else:
        with _database_url(database, request) as url, running(url, root) as server:
            yield server.url, server.token(Role.WRITE)


@contextmanager
def _database_url(kind: str, request: pytest.FixtureRequest) -> Iterator[str]:
    if kind == "sqlite":
        yield "sqlite:///registry.db"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.database() as url:
        yield url


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
