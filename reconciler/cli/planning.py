"""Making a plan from a run's inputs: shared by plan, apply and drift. Nothing here can write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from reconciler.cli.inputs import Run
from reconciler.manifests import Loaded
from reconciler.plan import (
    Header,
    Plan,
    PlanDocument,
    PlanOptions,
    PolicyWarning,
    Refusal,
    RefusalEntry,
    Selection,
    check_guards,
    make_plan,
    refusal_entry,
    to_document,
)
from reconciler.policy import Waived
from reconciler.port import Snapshot
from reconciler.registry import open_reader


@dataclass(frozen=True, slots=True)
class PolicyNotes:
    """What policies say of a plan beside refusals; None without policies."""

    warnings: tuple[PolicyWarning, ...] | None = None
    waived: tuple[Waived, ...] = ()

    def added_to(self, document: PlanDocument) -> PlanDocument:
        """Return the document with the notes, in place of those of the day on which it was saved."""
        noted = document.copy()
        noted.pop("policy_warnings", None)
        noted.pop("policy_waived", None)
        if self.warnings is not None:
            noted["policy_warnings"] = list(self.warnings)
            noted["policy_waived"] = [each.to_json() for each in self.waived]
        return noted


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with what is needed to show it, save it and carry it out. `own_refusals` are those of this run."""

    plan: Plan
    header: Header
    refusals: tuple[Refusal, ...]
    saved: PlanDocument | None = None
    policies: PolicyNotes = PolicyNotes()
    own_refusals: tuple[RefusalEntry, ...] = ()

    @property
    def digest(self) -> str | None:
        """The digest of the saved plan that this is, if it is one."""
        return self.saved["digest"] if self.saved else None

    def without(self, refusals: tuple[Refusal, ...]) -> Planned:
        """Return this without refusals that are said elsewhere."""
        return replace(self, refusals=tuple(each for each in self.refusals if each not in refusals))

    def document(self, *, with_unchanged: bool = False) -> PlanDocument:
        """Return the plan's document: the saved one itself, with the guards as they are now."""
        if self.saved:
            document: PlanDocument = {**self.saved, "refusals": [refusal_entry(each) for each in self.refusals]}
        else:
            document = to_document(self.plan, self.header, self.refusals, with_unchanged=with_unchanged)
        document = {**document, "refusals": [*document["refusals"], *self.own_refusals]}
        return self.policies.added_to(document)


def fetch(run: Run) -> Snapshot:
    """Read the registry."""
    with open_reader(run.registry, product=run.product, root=run.project.root, token=run.token) as reader:
        return reader.fetch()


def make(run: Run, loaded: Loaded, header: Header, options: PlanOptions) -> Planned:
    """Plan the loaded manifests against the registry as it is now."""
    plan = make_plan(loaded.desired, fetch(run), options)
    return Planned(plan, header, check_guards(plan, run.target.limits, manifests=len(loaded.desired)))


def options_of(run: Run, given: Mapping[str, Any]) -> PlanOptions:
    """Return what a command's options ask of the planner."""
    return PlanOptions(
        run.owner,
        Selection(tuple(given["only"]), tuple(given["skip"])),
        prune=given.get("prune", False),
        adopt=given.get("adopt", False),
        scope=run.scope(given["paths"]),
    )
