"""What the session operations work with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reconciler.registry.store.database import Database
from reconciler.registry.store.sessions.keys import KeyRings
from reconciler.runtime.policy import RefreshPolicy
from reconciler.runtime.surroundings import Surroundings
from reconciler.runtime.verifier import Verifier


@dataclass(frozen=True, slots=True)
class Context:
    """A service's share of the world."""

    database: Database
    refresh: RefreshPolicy
    surroundings: Surroundings
    rings: KeyRings
    verifier: Verifier

    def now(self) -> datetime:
        """Return the present moment, to the millisecond."""
        return self.surroundings.now()
