"""Making a plan from a run's inputs: shared by plan, apply and drift. Nothing here can write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from reconciler.cli.console import Console
from reconciler.cli.inputs import Run
from reconciler.errors import ReconcilerError
from reconciler.manifests import Loaded
from reconciler.plan import (
    Header,
    Plan,
    PlanDocument,
    PlanOptions,
    PolicyWarning,
    Refusal,
    Selection,
    check_guards,
    make_plan,
    refusal_entry,
    to_document,
)
from reconciler.policy import Waived
from reconciler.port import Snapshot


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
    """A plan with what is needed to show it, save it and carry it out."""

    plan: Plan
    header: Header
    refusals: tuple[Refusal, ...]
    saved: PlanDocument | None = None
    policies: PolicyNotes = PolicyNotes()

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
        return self.policies.added_to(document)


def fetch(run: Run) -> Snapshot:
    """Read the registry."""
    with run.reader() as reader:
        return reader.fetch()


def make(run: Run, loaded: Loaded, header: Header, options: PlanOptions) -> Planned:
    """Plan the loaded manifests against the registry as it is now."""
    snapshot = fetch(run)
    if not snapshot.keeps_applied and (options.prune or options.adopt):
        raise _no_owners(header.registry, "--prune" if options.prune else "--adopt")
    plan = make_plan(loaded.desired, snapshot, options)
    return Planned(plan, header, check_guards(plan, run.target.limits, manifests=len(loaded.desired)))


def _no_owners(registry: str, option: str) -> ReconcilerError:
    prunes = option == "--prune"
    what = "so nothing tells which ones this project applied" if prunes else "so there is nothing to record it in"
    return ReconcilerError(
        f"{option} can't be used on the registry {registry}: it does not record who owns a session type, {what}",
        hint="Give the target a ledger in reconciler.yaml: `ledger: .reconciler/ledger/production.json`.",
    )


def say_what_is_missing(planned: Planned, console: Console) -> None:
    """Say what a registry can't tell, where that makes a plan mean less than usual."""
    if planned.plan.missing_ledger:
        console.err(
            f"Note: there is no ledger at {planned.plan.missing_ledger} yet, so no session type counts as this "
            "project's. apply makes it, and apply --adopt also records what is live as it should be."
        )
    elif not planned.plan.keeps_applied:
        console.err(
            "Note: this registry does not record owners and what was applied, and the target has no ledger: "
            "what others changed there looks like a change in git, and nothing can be pruned."
        )


def options_of(run: Run, given: Mapping[str, Any]) -> PlanOptions:
    """Return what a command's options ask of the planner."""
    return PlanOptions(
        run.owner,
        Selection(tuple(given["only"]), tuple(given["skip"])),
        prune=given.get("prune", False),
        adopt=given.get("adopt", False),
        scope=run.scope(given["paths"]),
    )
