"""Loading a saved plan to carry it out: everything is checked before the first write."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from reconciler.cli.output.files import read_text
from reconciler.cli.run.against import Against
from reconciler.cli.run.inputs import Run
from reconciler.cli.run.planning import Planned, with_live_numbers
from reconciler.diagnostics import InvalidInput
from reconciler.manifests import Loaded
from reconciler.plan import (
    Desired,
    Plan,
    PlanDocument,
    StalePlan,
    UnusablePlan,
    check_fresh,
    check_guards,
    emptied_records,
    header_of,
    plan_of,
    read_plan,
    with_sensitive_values,
)
from reconciler.port import Snapshot
from reconciler.project import Target, without_credentials


def load_saved_plan(run: Run, file: Path) -> Planned:
    """Load a saved plan for this run's registry. Raises UnusablePlan and StalePlan."""
    document = read_plan(read_text(file), str(file))
    if "outcomes" in document:
        raise UnusablePlan(f"{file} tells what an apply did: it is no plan to carry out", hint="Make a new plan.")
    _check_target(run, document)
    plan, digest = plan_of(document), document["digest"]
    with run.reader() as reader:
        snapshot = reader.fetch()
        if snapshot.revision < plan.revision:  # a relative URL means another file in another folder
            raise StalePlan(
                f"The registry is at revision {snapshot.revision}, behind the plan's {plan.revision}: it is another "
                "one, or was set back",
                hint="Run it where the plan was made, or make a new plan.",
            )
        since = () if snapshot.is_plain else reader.history(after=max(0, plan.revision - 1))
        check_fresh(plan, digest, snapshot, since)
        plan = with_live_numbers(plan, reader)
    plan = replace(plan, emptied=emptied_records(snapshot), is_plain=snapshot.is_plain)
    header = header_of(document)
    refusals = check_guards(plan, _target(run, document).limits, manifests=header.manifests)
    return Planned(_complete(run, document, plan, snapshot), header, refusals, document)


def _target(run: Run, document: PlanDocument) -> Target:
    """Return the target that the plan was made for: its guards and overlays hold, whatever --registry says."""
    return run.project.targets.get(document["target"]["name"] or "", run.target)


def _check_target(run: Run, document: PlanDocument) -> None:
    planned = document["target"]
    present = {"registry": without_credentials(run.registry), "product": run.product, "project": run.owner}
    for what, value in present.items():
        if planned[what] != value:
            hint = f"Use --{what} {planned[what]}." if what != "project" else "Run it in that project."
            if what == "registry" and planned["name"] not in {None, run.target.name}:
                hint = f"Use --target {planned['name']}."
            raise UnusablePlan(f"The plan was made for the {what} {planned[what]}, not for {value}", hint=hint)


def _complete(run: Run, document: PlanDocument, plan: Plan, snapshot: Snapshot) -> Plan:
    """Return the plan with its sensitive values, from the manifests that it names."""
    if not any(change.after and change.sensitive for change in plan.calls):
        return plan
    loaded = _manifests(run, document)
    if loaded.digest() != document["source"]["manifest_digest"]:
        raise UnusablePlan(
            "The plan holds no sensitive values, and the manifests that it would take them from have changed",
            hint="Make the plan anew, or check out the commit that it was made from.",
        )
    desired: dict[str, Desired] = {each.session_type.tag: each for each in loaded.desired}
    return with_sensitive_values(plan, desired, snapshot)


def _manifests(run: Run, document: PlanDocument) -> Loaded:
    """Load the manifests that the plan was made from: those of its commit, where it was made --against one."""
    run = replace(run, target=_target(run, document))
    paths = run.paths_of_project(document["source"]["manifest_paths"])
    header = header_of(document)
    if header.against and header.git_commit:
        try:
            return Against.of(run, header.git_commit).load(paths)
        except (click.UsageError, InvalidInput) as error:
            raise UnusablePlan(
                "The plan holds no sensitive values, and the manifests to take them from can't be read from git commit "
                f"{header.git_commit}",
                hint="Run apply in a clone that has this commit, with the variables that the plan was made with.",
            ) from error
    missing = ", ".join(each.spelled for each in paths if not each.path.exists())
    if missing:
        raise UnusablePlan(
            f"The plan holds no sensitive values, and the manifests to take them from are not there: {missing}",
            hint="Run apply where the manifests are.",
        )
    return run.load_for(run.target, paths)
