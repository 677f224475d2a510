"""A server on SQLite for everything, on PostgreSQL too for what the database decides."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import httpx
import pytest

from reconciler.access import Role
from tests.postgres import PostgresServer
from tests.server.running import Running, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run a server on SQLite, shared by the tests of a module, each with a product of its own."""
    with running("sqlite:///registry.db", tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run a server on each kind of database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("server")
        return
    postgres: PostgresServer = request.getfixturevalue("postgres")
    with running(postgres.new_database(), tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture
def product() -> str:
    return f"shop-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def api(either: Running, product: str) -> Iterator[httpx.Client]:
    """Return a client that may write, at the address of a product that nobody used."""
    with either.client(either.token(Role.WRITE, name=f"writer of {product}")) as client:
        client.base_url = httpx.URL(f"{either.url}/v1/products/{product}/")
        yield client


@pytest.fixture
def admin(server: Running) -> Iterator[httpx.Client]:
    with server.client(server.token(Role.ADMIN)) as client:
        yield client
