"""`reconciler drift`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.help import DocumentedCommand, page
from reconciler.cli.options import Globals, global_options, paths_argument, selection_options
from reconciler.cli.output.console import Console
from reconciler.cli.output.delivery import Delivery, all_formats
from reconciler.cli.output.reporting import reported, say_warnings
from reconciler.cli.run import planning
from reconciler.cli.run.existing import no_registry
from reconciler.cli.run.inputs import Run
from reconciler.cli.run.live import Live
from reconciler.cli.run.planning import Planned
from reconciler.errors import ReconcilerError
from reconciler.manifests import Loaded
from reconciler.plan import two_way
from reconciler.render import render_drift
from reconciler.session_type import LINT_CODES


@click.command(
    "drift",
    cls=DocumentedCommand,
    page=page(
        "reconciler drift sessions/\nreconciler drift --target production --format json",
        ExitCode.OK,
        ExitCode.ERROR,
        ExitCode.CHANGES,
        ExitCode.INVALID,
        ExitCode.UNREACHABLE,
    ),
)
@paths_argument
@selection_options
@click.option("--strict", is_flag=True, help="Count unmanaged session types as drift.")
@all_formats
@global_options
@reported
def command(console: Console, given: Globals, /, **options: Any) -> ExitCode:
    """Show what was changed behind git's back.

    Tells how live session types differ from what was last applied, who changed them and when. Reads only. A registry
    that does not record what was applied, and has no ledger, is compared with the manifests.

    What is changed in git and not applied yet is no drift, but a note. Without PATHS and without a project file no
    manifest is read, and there are no such notes.
    """
    run = Run.of(given)
    has_manifests = bool(run.manifest_paths(options["paths"]))
    with Live(run) as live:
        loaded = run.load(options["paths"], command="drift") if has_manifests else Loaded.nothing()
        say_warnings(console, loaded.without(*LINT_CODES))  # drift is about what is live
        header = run.header(loaded, options["paths"])
        planned = planning.make(live, loaded, header, planning.options_of(run, options))
    if not planned.plan.registry_exists:
        raise no_registry(run)
    planned = _comparable(planned, has_manifests=has_manifests)
    delivery = Delivery.of(options)
    # Only JSON holds the pending changes themselves.
    sign = planning.signed if "json" in delivery.formats else planning.with_drift_signed
    planned = sign(run, planned)
    document = delivery.document_of(planned)
    if delivery.is_machine:
        console.out(delivery.text(document))
    else:
        console.out(render_drift(document, console.out_paint, strict=options["strict"]))
    unmanaged = options["strict"] and planned.plan.unmanaged
    found = planned.plan.drift or planned.plan.wanted_unreadable or unmanaged
    return ExitCode.CHANGES if found else ExitCode.OK


def _comparable(planned: Planned, *, has_manifests: bool) -> Planned:
    """Return the plan with its drift, on a registry that keeps no applied specs against the manifests."""
    plan, registry = planned.plan, planned.header.registry
    if plan.missing_ledger:
        raise ReconcilerError(
            f"The ledger {plan.missing_ledger} does not exist, so it is not known what was applied",
            hint="Check `ledger` of the target. The first `reconciler apply` makes it; where all is live already, "
            "`reconciler apply --adopt` does.",
        )
    if plan.keeps_applied:
        return planned
    if not has_manifests:
        raise ReconcilerError(
            f"The registry {registry} does not record what was applied, so drift needs manifests to compare with",
            hint="Name files or folders: `reconciler drift sessions/`; or give the target a ledger.",
        )
    return replace(planned, plan=two_way(plan))
