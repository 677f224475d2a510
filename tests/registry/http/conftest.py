"""A fake server for each test, and clients that wait for nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.project import Secret
from reconciler.registry.http import (
    HttpReader,
    HttpRegistry,
    Manner,
    Patience,
    Settings,
    Timeouts,
    open_http_reader,
    open_http_registry,
)
from reconciler.registry.url import HttpEndpoint
from tests.registry.http.fake import TOKEN, FakeServer


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self.while_asleep: Callable[[], None] = lambda: None

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        self.while_asleep()

    def patience(self, **fields: Any) -> Patience:
        given = {"clock": lambda: self.now, "sleep": self.sleep, "random": lambda: 1.0, **fields}
        return Patience(**given)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeServer]:
    served = FakeServer(tmp_path)
    yield served
    served.close()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "reconciler" / "snapshots"


Open = Callable[..., Any]


@pytest.fixture
def manner(request: pytest.FixtureRequest, time: Time, cache: Path) -> Callable[..., Manner]:
    # Only a server that hangs is worth giving up; a busy machine is not to be taken for one.
    between = 0.2 if "hang" in request.node.name else 30

    def make(**fields: Any) -> Manner:
        given = {
            "settings": Settings(cache_folder=cache),
            "patience": time.patience(),
            "timeouts": Timeouts(between=between),
            **fields,
        }
        return Manner(**given)

    return make


@pytest.fixture
def client(server: FakeServer, manner: Callable[..., Manner]) -> Iterator[HttpRegistry]:
    endpoint = HttpEndpoint(server.url, is_tls=False, is_loopback=True)
    with open_http_registry(endpoint, product="storefront", token=Secret(TOKEN), manner=manner()) as opened:
        yield opened


@pytest.fixture
def reader(server: FakeServer, manner: Callable[..., Manner]) -> Iterator[HttpReader]:
    endpoint = HttpEndpoint(server.url, is_tls=False, is_loopback=True)
    with open_http_reader(endpoint, product="storefront", token=Secret(TOKEN), manner=manner()) as opened:
        yield opened
