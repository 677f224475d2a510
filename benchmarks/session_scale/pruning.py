"""Pruning many sessions while others go on: how long each transaction is, and that no total changes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, Engine, event

from benchmarks.session_scale.shop import ENV, MASTER, PRODUCT, TYPE
from reconciler.registry.store import Database
from reconciler.registry.store.sessions.service import SessionService
from reconciler.runtime.surroundings import Surroundings, utc_now

# By then all sessions are over, and so are their refresh tokens.
_LATER = timedelta(days=61)


@dataclass(frozen=True, slots=True)
class Pruning:
    """What pruning came to; the longest transaction is how long others may have waited."""

    sessions: int
    seconds: float
    transactions: int
    median_milliseconds: float
    longest_milliseconds: float


def pruned(database: Database) -> Pruning:
    """Prune what is over when all sessions are; raise AssertionError where that changes what the dashboard says."""
    later = utc_now() + _LATER
    with SessionService(database, lambda: MASTER, surroundings=Surroundings(clock=lambda: later)) as service:
        sessions = service.sessions(PRODUCT, ENV)
        before = sessions.dashboard(TYPE.tag, days=366)
        with _writes(database.engine) as seconds:
            began = time.perf_counter()
            removed = service.prune(later).sessions
            passed = time.perf_counter() - began
        if sessions.dashboard(TYPE.tag, days=366) != before:
            raise AssertionError("Pruning has changed a number")
    return Pruning(removed, passed, len(seconds), statistics.median(seconds) * 1000, max(seconds) * 1000)


@contextmanager
def _writes(engine: Engine) -> Iterator[list[float]]:
    """Note how long each transaction that writes takes, in seconds."""
    seconds: list[float] = []
    begun: dict[Connection, float] = {}

    def begins(connection: Connection) -> None:
        if connection.get_execution_options().get("writes"):
            begun[connection] = time.perf_counter()

    def commits(connection: Connection) -> None:
        if connection in begun:
            seconds.append(time.perf_counter() - begun.pop(connection))

    listeners = (("begin", begins), ("commit", commits))
    for name, listener in listeners:
        event.listen(engine, name, listener)
    try:
        yield seconds
    finally:
        for name, listener in listeners:
            event.remove(engine, name, listener)
