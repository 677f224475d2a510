"""Rule and Waiver: what the project file says, with its places; and Waived, what a waiver let through."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from reconciler.diagnostics import Location, Severity
from reconciler.policy.written import Written


class Subject(StrEnum):
    """What a rule is about."""

    MANIFEST = "manifest"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Waiver:
    """An exception for one tag. `until` is the last day on which it holds."""

    tag: str
    reason: str
    until: date
    location: Location

    def holds(self, today: date) -> bool:
        """Tell whether it still is in force."""
        return today <= self.until


@dataclass(frozen=True, slots=True)
class Rule:
    """An expression that must be true of every subject that no waiver exempts. Names are unique in a project."""

    name: str
    subject: Subject
    written: Written
    message: str
    severity: Severity = Severity.ERROR
    waivers: tuple[Waiver, ...] = field(default=())

    @property
    def location(self) -> Location:
        """Where the expression begins."""
        return self.written.location

    def waiver_for(self, tag: str, today: date) -> Waiver | None:
        """Return the waiver that exempts a tag today."""
        return next((each for each in self.waivers if each.tag == tag and each.holds(today)), None)


@dataclass(frozen=True, slots=True)
class Waived:
    """A finding that a waiver let through."""

    rule: str
    tag: str
    reason: str
    until: date

    def to_json(self) -> dict[str, str]:
        """Return it as the plan document has it."""
        return {"rule": self.rule, "tag": self.tag, "reason": self.reason, "until": self.until.isoformat()}
