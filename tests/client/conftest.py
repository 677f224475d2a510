"""A real registry server, and clients of products that nobody used."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from reconciler.access import Role
from reconciler.client import Client
from tests.server.running import Running, running

USER_SESSION: dict[str, Any] = {
    "name": "User session",
    "tag": "user-session",
    "description": "Signed-in customer",
    "schema": {"userId": "user_123", "email": "john@example.com", "role": "admin"},
    "selector": "$Session{userId}",
    "expiry": 7,
    "period": "days",
}
DATA: dict[str, Any] = {"userId": "user_123", "email": "john@example.com", "role": "admin"}

NewClient = Callable[..., Client]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running("sqlite:///registry.db", tmp_path_factory.mktemp("registry")) as started:
        yield started


@pytest.fixture
def product() -> str:
    return f"shop-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def new_client(server: Running, product: str) -> Iterator[NewClient]:
    """Open clients of the test's product, in the environment `prd`, as admin if nothing else is said."""
    with ExitStack() as opened:

        def make(**given: Any) -> Client:
            url = given.pop("url", server.url)
            token = server.token(given.pop("role", Role.ADMIN))
            return opened.enter_context(Client(url, token, **{"product": product, "env": "prd", **given}))

        yield make


@pytest.fixture
def client(new_client: NewClient) -> Client:
    return new_client()


@pytest.fixture
def app(client: Client) -> Client:
    """Return a client of a product that has the session type `user-session`."""
    client.session_types.create(USER_SESSION)
    return client
