"""A database with two session types, a clock that stands until it is moved, and services that share both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reconciler.registry.store import Database, Store
from reconciler.registry.store.sessions.service import SessionService, StoredSessions
from reconciler.runtime.keyring import MasterKey
from reconciler.runtime.policy import RefreshPolicy
from reconciler.runtime.surroundings import Surroundings
from reconciler.session_type import Lifetime, Period, SessionType

# A Tuesday.
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MASTER = MasterKey(b"m" * 32)
USER = SessionType("User", "user", "", {"id": "u1", "details": {"age": 36}}, "$Session{id}", 1, Period.HOURS)
DEVICE = SessionType("Device", "device", "", {"serial": 1}, "$Session{serial}", 1, Period.MONTHS)
REFRESH = RefreshPolicy(Lifetime(2, Period.HOURS), {"device": Lifetime(2, Period.MONTHS)})


def data(user: Any = "ada", **details: Any) -> dict[str, Any]:
    return {"id": user, "details": {"age": 36, **details}}


@dataclass
class Time:
    """Both clocks; they stand until they are moved."""

    at: datetime = NOON
    seconds: float = 0.0

    def passes(self, **time: float) -> None:
        passed = timedelta(**time)
        self.at += passed
        self.seconds += passed.total_seconds()

    def surroundings(self) -> Surroundings:
        return Surroundings(clock=lambda: self.at, monotonic=lambda: self.seconds)


@dataclass
class World:
    """What the tests of sessions work in."""

    database: Database
    time: Time
    services: Callable[[], SessionService]

    def sessions(self, product: str = "shop", env: str = "prd", actor: str = "ada") -> StoredSessions:
        """Return sessions as a process of its own sees them."""
        return self.services().sessions(product, env, actor=actor)

    def change(self, session_type: SessionType, product: str = "shop", **fields: Any) -> None:
        """Make a session type, or give it other fields."""
        with_fields = replace(session_type, **fields)
        store = Store(self.database, product=product, actor="ada", clock=lambda: self.time.at)
        found = {record.tag: record for record in store.fetch().records}
        if with_fields.tag in found:
            store.update(with_fields.tag, with_fields.to_json(), revision=found[with_fields.tag].revision)
        else:
            store.create(with_fields)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def world(database: Database, time: Time) -> Iterator[World]:
    with ExitStack() as opened:

        def service() -> SessionService:
            made = SessionService(database, lambda: MASTER, refresh=REFRESH, surroundings=time.surroundings())
            return opened.enter_context(made)

        world = World(database, time, service)
        for session_type in (USER, DEVICE):
            world.change(session_type)
        yield world


@pytest.fixture
def service(world: World) -> SessionService:
    return world.services()


@pytest.fixture
def sessions(service: SessionService) -> StoredSessions:
    return service.sessions("shop", "prd", actor="ada")
