"""What became of a plan's calls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from reconciler.plan import Action, Change, OutcomeEntry
from reconciler.port import RegistryDenied, RegistryError, RegistryUnavailable, StaleRecord


class Status(StrEnum):
    """How a call ended."""

    DONE = "done"
    FAILED = "failed"
    NOT_TRIED = "not-tried"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One change with what became of it; `error` is set where it failed."""

    change: Change
    status: Status
    error: RegistryError | None = None

    def to_json(self) -> OutcomeEntry:
        """Return the outcome as the plan document lists it."""
        return {
            "name": self.change.tag,
            "action": self.change.action.value,
            "status": self.status.value,
            "error": self.error.message if self.error else None,
        }


@dataclass(frozen=True, slots=True)
class Tally:
    """All outcomes of a run, and what they amount to."""

    outcomes: tuple[Outcome, ...]

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> Tally:
        """Collect outcomes."""
        return cls(tuple(outcomes))

    def count(self, action: Action) -> int:
        """Count what was done with this action."""
        return sum(each.change.action is action for each in self.having(Status.DONE))

    def having(self, status: Status) -> tuple[Outcome, ...]:
        """Return the outcomes with a status."""
        return tuple(each for each in self.outcomes if each.status is status)

    @property
    def is_complete(self) -> bool:
        """Tell whether everything was done."""
        return all(each.status is Status.DONE for each in self.outcomes)

    @property
    def lost_races_only(self) -> bool:
        """Tell whether all that failed did so because somebody else had written the record."""
        failed = self.having(Status.FAILED)
        return bool(failed) and all(isinstance(each.error, StaleRecord) for each in failed)

    @property
    def registry_refused_all(self) -> bool:
        """Tell whether nothing was done because the registry did not answer or did not accept the credentials."""
        failed = self.having(Status.FAILED)
        unreachable = (RegistryUnavailable, RegistryDenied)
        return bool(failed) and not self.having(Status.DONE) and all(isinstance(e.error, unreachable) for e in failed)
