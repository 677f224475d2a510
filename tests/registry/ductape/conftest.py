"""A fake platform for each test, and clients of it that wait for nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reconciler.registry.ductape import DuctapeSessions, open_proxy
from reconciler.registry.http import Manner, Patience, Settings, Timeouts
from reconciler.registry.ledger import Ledger
from reconciler.registry.ledger.file import LedgerFile
from reconciler.registry.plain import Author, PlainRegistry
from reconciler.registry.url import DuctapeEndpoint, HttpEndpoint
from tests.registry.ductape.fake import ENVIRONMENT, FakePlatform

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with closing(FakePlatform()) as fake:
        yield fake


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def manner(self) -> Manner:
        patience = Patience(clock=lambda: self.now, sleep=self.sleep, random=lambda: 1.0)
        return Manner(Settings(), patience, Timeouts(between=30))


@pytest.fixture
def time() -> Time:
    return Time()


def address_of(platform: FakePlatform) -> DuctapeEndpoint:
    return DuctapeEndpoint(HttpEndpoint(platform.url, is_tls=False, is_loopback=True))


OpenSessions = Callable[..., DuctapeSessions]


@pytest.fixture
def sessions(platform: FakePlatform, time: Time, tmp_path: Path) -> Iterator[DuctapeSessions]:
    proxy = open_proxy(address_of(platform), environment=ENVIRONMENT, home=tmp_path, manner=time.manner())
    with closing(DuctapeSessions(proxy, "storefront")) as opened:
        yield opened


@pytest.fixture
def ledger_file(tmp_path: Path) -> Path:
    return tmp_path / "ledger" / "production.json"


def ledger_at(file: Path, platform: FakePlatform) -> Ledger:
    return Ledger(LedgerFile(file, "production.json"), registry=platform.url, product="storefront")


@pytest.fixture
def open_plain(sessions: DuctapeSessions, ledger_file: Path, platform: FakePlatform) -> Callable[..., PlainRegistry]:
    """Open the platform, with a ledger that is read anew each time, or without one."""

    def opened(*, ledger: bool = True, actor: str = "ada", over: Any = None) -> PlainRegistry:
        remembered = ledger_at(ledger_file, platform) if ledger else None
        return PlainRegistry(over or sessions, remembered, Author(actor, lambda: NOON))

    return opened
