"""Making a plan from a run's inputs: shared by plan, apply and drift. Nothing here can write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from reconciler.cli.output.console import Console
from reconciler.cli.run.inputs import Run
from reconciler.cli.run.live import Live
from reconciler.errors import ReconcilerError
from reconciler.manifests import Loaded
from reconciler.plan import (
    Former,
    Header,
    Plan,
    PlanDocument,
    PlanOptions,
    Refusal,
    RefusalEntry,
    Selection,
    check_guards,
    gone_records,
    make_plan,
    reached_tags,
    reaching_now,
    refusal_entry,
    to_document,
    with_impacts,
)

if TYPE_CHECKING:
    from reconciler.cli.run.against import Against
    from reconciler.cli.run.policy_notes import PolicyNotes
    from reconciler.plan import Authors
    from reconciler.port import ImpactReader, Record


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with what is needed to show it, save it and carry it out. `own_refusals` are those of this run."""

    plan: Plan
    header: Header
    refusals: tuple[Refusal, ...]
    saved: PlanDocument | None = None
    authors: Authors | None = None
    policies: PolicyNotes | None = None
    own_refusals: tuple[RefusalEntry, ...] = ()

    @property
    def digest(self) -> str | None:
        """The digest of the saved plan that this is, if it is one."""
        return self.saved["digest"] if self.saved else None

    def without(self, refusals: tuple[Refusal, ...]) -> Planned:
        """Return this without refusals that are said elsewhere."""
        return replace(self, refusals=tuple(each for each in self.refusals if each not in refusals))

    def document(self, *, with_unchanged: bool = False) -> PlanDocument:
        """Return the plan's document: the saved one itself, with guards and live numbers as they are now."""
        if self.saved:
            changes = reaching_now(self.saved["resource_changes"], self.plan)
            refusals = [refusal_entry(each) for each in self.refusals]
            document: PlanDocument = {**self.saved, "resource_changes": changes, "refusals": refusals}
        else:
            document = to_document(
                self.plan, self.header, self.refusals, with_unchanged=with_unchanged, authors=self.authors
            )
        document = {**document, "refusals": [*document["refusals"], *self.own_refusals]}
        document.pop("policy_warnings", None)  # of the day on which the plan was saved
        document.pop("policy_waived", None)
        return self.policies.added_to(document) if self.policies else document


def make(live: Live, loaded: Loaded, header: Header, options: PlanOptions, against: Against | None = None) -> Planned:
    """Plan the loaded manifests, those of another commit with `against`, against the registry as it is now.

    What only a plan with changes needs is asked for only then: git's memory of manifests that are gone, and live
    numbers.
    """
    run, snapshot = live.run, live.snapshot()
    if not snapshot.keeps_applied and (options.prune or options.adopt):
        raise _no_owners(header.registry, "--prune" if options.prune else "--adopt")
    if against:
        from reconciler.cli.run.secrecy import with_todays_secrets  # noqa: PLC0415 - few runs need it

        loaded = with_todays_secrets(run, loaded, run.paths_of_project(header.manifest_paths), snapshot)
    gone = gone_records(loaded.desired, snapshot, options)
    if not (loaded.desired or options.prune):  # a drift without manifests, which looks at what drifted only
        gone = tuple(record for record in gone if record.applied != record.spec)
    plan = make_plan(loaded.desired, snapshot, replace(options, former=_former(run, gone)))
    plan = with_live_numbers(plan, live.reader)
    refusals = check_guards(plan, run.target.limits, manifests=len(loaded.desired))
    return Planned(plan, header, refusals)


def _former(run: Run, gone: tuple[Record, ...]) -> Mapping[str, Former]:
    if not gone:
        return {}
    from reconciler.cli.run.former import former_manifests  # noqa: PLC0415 - few runs have any

    return former_manifests(run, gone)


def signed(run: Run, planned: Planned, against: Against | None = None) -> Planned:
    """Return a plan with who wrote the lines that its changes and its drift stand at."""
    if not (planned.plan.changes or planned.plan.drift):
        return planned
    from reconciler.cli.run.authors import authors_of  # noqa: PLC0415 - only for a plan with something in it

    return replace(planned, authors=authors_of(run, planned.plan, against))


def with_drift_signed(run: Run, planned: Planned) -> Planned:
    """Return a plan with who wrote the lines of its drift alone: git takes a while for many pending changes."""
    drift = signed(run, replace(planned, plan=replace(planned.plan, changes=())))
    return replace(planned, authors=drift.authors)


def with_live_numbers(plan: Plan, reader: ImpactReader) -> Plan:
    """Return the plan with the live sessions that it reaches, asked for at once, and only where it reaches any."""
    tags = reached_tags(plan)
    return with_impacts(plan, reader.impacts(tags)) if tags else plan


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
