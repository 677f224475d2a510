"""What the ledger remembers of one tag, and what that means beside what is live. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.port import ManagedBy
from reconciler.session_type import SessionType


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that was about to be made: `spec` is None for a deletion. Whether it was made, live tells."""

    owner: ManagedBy
    spec: SessionType | None

    def came_true(self, live: SessionType | None) -> bool:
        """Tell whether live is as this write leaves it."""
        if self.spec is None or live is None:
            return self.spec is live
        return self.spec.same_as(live)


@dataclass(frozen=True, slots=True)
class Standing:
    """Who owns a record, and what was applied last."""

    owner: ManagedBy | None = None
    applied: SessionType | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """The owner of a record and what was applied last, by whom and when.

    With an intent, a write that nobody noted the end of.
    """

    by: str
    at: datetime
    owner: ManagedBy | None = None
    applied: SessionType | None = None
    intent: Intent | None = None

    def intending(self, intent: Intent) -> Entry:
        """Return the entry with a write that is about to be made."""
        return replace(self, intent=intent)

    def standing(self, live: SessionType | None) -> Standing:
        """Return what holds. A run may have ended between its write and its note: then live says which is true."""
        if self.intent is None or not self.intent.came_true(live):
            return Standing(self.owner, self.applied)
        return Standing(self.intent.owner, self.intent.spec) if self.intent.spec else Standing()
