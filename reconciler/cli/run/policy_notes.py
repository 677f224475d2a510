"""What policies say of a plan beside refusals."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.plan import PlanDocument, PolicyWarning
from reconciler.policy import Waived


@dataclass(frozen=True, slots=True)
class PolicyNotes:
    """Warnings, and what was waived. A plan without policies has none of these, not even empty ones."""

    warnings: tuple[PolicyWarning, ...]
    waived: tuple[Waived, ...]

    def added_to(self, document: PlanDocument) -> PlanDocument:
        """Return the document with the notes."""
        waived = [each.to_json() for each in self.waived]
        return {**document, "policy_warnings": list(self.warnings), "policy_waived": waived}
