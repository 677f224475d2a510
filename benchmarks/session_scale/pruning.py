"""Pruning many sessions while others go on: how long each transaction is, and that no total changes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, event

from benchmarks.session_scale.shop import ENV, MASTER, PRODUCT, TYPE
from reconciler.registry.store import Database
from reconciler.registry.store.sessions.service import SessionService
from reconciler.runtime import Dashboard
from reconciler.runtime.surroundings import Surroundings, utc_now

# Then all sessions are over, and so are their refresh tokens.
_LATER = timedelta(days=61)


@dataclass(frozen=True, slots=True)
class Pruning:
    """What pruning came to; the longest transaction is how long others may have waited."""

    sessions: int
    seconds: float
    transactions: int
    longest_milliseconds: float


def pruned(database: Database) -> Pruning:
    """Prune what is over when all sessions are; raise AssertionError where that changes a total."""
    clock = Surroundings(clock=lambda: utc_now() + _LATER)
    with SessionService(database, lambda: MASTER, surroundings=clock) as service:
        sessions = service.sessions(PRODUCT, ENV)
        before = sessions.dashboard(TYPE.tag)
        with _transactions(database.engine) as seconds:
            began = time.perf_counter()
            removed = service.prune(clock.now()).sessions
            passed = time.perf_counter() - began
        if _totals(sessions.dashboard(TYPE.tag)) != _totals(before):
            raise AssertionError("Pruning has changed a total")
    return Pruning(removed, passed, len(seconds), max(seconds) * 1000)
