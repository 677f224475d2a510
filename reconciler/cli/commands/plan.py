"""`reconciler plan`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler import render
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.help import DocumentedCommand, page
from reconciler.cli.options import (
    Globals,
    change_options,
    global_options,
    paths_argument,
    selection_options,
)
from reconciler.cli.output.console import Console
from reconciler.cli.output.delivery import Delivery, all_formats
from reconciler.cli.output.files import write_atomically
from reconciler.cli.output.reporting import reported, say_warnings
from reconciler.cli.run import planning
from reconciler.cli.run.inputs import Run
from reconciler.cli.run.live import Live
from reconciler.cli.run.policies import Policies
from reconciler.errors import ReconcilerError
from reconciler.manifests import Loaded
from reconciler.plan import Guard, Risk, sealed, too_risky
from reconciler.project import without_credentials

if TYPE_CHECKING:
    from reconciler.cli.run.against import Against

_RISKS = [risk.value for risk in Risk if risk is not Risk.NONE]


@click.command(
    "plan",
    cls=DocumentedCommand,
    page=page(
        "reconciler plan sessions/ --out plan.json\nreconciler plan --detailed-exitcode --only 'checkout-*'\n"
        "reconciler plan --against v1.4.0 --out rollback.json",
        ExitCode.OK,
        ExitCode.ERROR,
        ExitCode.CHANGES,
        ExitCode.INVALID,
        ExitCode.REFUSED,
        ExitCode.UNREACHABLE,
    ),
)
@paths_argument
@click.option("--out", metavar="FILE", type=click.Path(dir_okay=False), help="Save the plan, for apply --plan.")
@click.option(
    "--against",
    metavar="GITREF",
    help="Take manifests and overlays from this commit, branch or tag, in place of the work tree.",
)
@change_options
@selection_options
@all_formats
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where there are changes.")
@click.option("--fail-on", type=click.Choice(_RISKS), help="Exit with 4 where a change is as risky as this, or more.")
@global_options
@reported
def command(console: Console, given: Globals, /, **options: Any) -> ExitCode:
    """Show what apply would change, and change nothing.

    PATHS are manifest files or folders; without them, those that the project file lists. With --against they are looked
    for in another revision of git, and the project file is that of today: so a rollback is a plan like any other, saved
    with --out and carried out with apply --plan.

    Each change has a risk. breaking: the selector changes, or a schema field goes or changes its type. disruptive: the
    lifetime is shortened, or the session type deleted. safe: any other change, but for sample values, which are none.
    """
    run = Run.of(given)
    policies = Policies(run, console)
    against = _against(run, options["against"]) if options["against"] else None
    with Live(run) as live:
        loaded = _loaded(policies, options["paths"], against, console)
        header = run.header(loaded, options["paths"])
        header = against.header(header) if against else header
        planned = planning.make(live, loaded, header, planning.options_of(run, options), against)
    planned = policies.over(planning.signed(run, planned, against))
    planning.say_what_is_missing(planned, console)
    if options["out"]:
        _save(planned, Path(options["out"]))
    if options["fail_on"]:
        planned = replace(planned, own_refusals=too_risky(planned.plan, Risk(options["fail_on"])))
    delivery = Delivery.of(options)
    document = delivery.document_of(planned)
    if delivery.is_machine:
        console.out(delivery.text(document))
    else:
        console.out(render.render_plan(document, console.out_paint))
        if planned.plan.calls:
            console.out(_closing(given, options))
    return _exit_code(planned, options, console)


def _against(run: Run, name: str) -> Against:
    from reconciler.cli.run.against import Against  # noqa: PLC0415 - few runs need it

    return Against.of(run, name)


def _loaded(policies: Policies, paths: Sequence[str], against: Against | None, console: Console) -> Loaded:
    if against is None:
        loaded = policies.load(paths, command="plan")
    else:
        loaded = policies.checked(against.load(against.run.require_paths(paths, command="plan")), paths)
        for spelled in against.missing_overlays():
            console.err(f"Note: {against.name} has no {spelled}, so nothing of it is laid over the manifests.")
    say_warnings(console, loaded)
    return loaded


def _save(planned: planning.Planned, file: Path) -> None:
    try:
        write_atomically(file, render.render_plan_json(sealed(planned.document(with_unchanged=True))) + "\n")
    except OSError as error:
        raise ReconcilerError(f"The plan can't be saved to {file}: {error.strerror}") from error


def _closing(given: Globals, options: dict[str, Any]) -> str:
    if saved := options["out"]:
        registry = without_credentials(given.registry) if given.registry else None
        named = {"--plan": saved, "--target": given.target, "--registry": registry, "--product": given.product}
        from shlex import join  # noqa: PLC0415 - only for a plan that is saved

        words = (word for option, value in named.items() if value for word in (option, value))
        return f"\nSaved to {saved}. To carry out exactly this: {join(['reconciler', 'apply', *words])}"
    if options["against"]:
        return "\nNote: apply takes the manifests of the work tree. To carry out this plan, save it with --out."
    return "\nNote: the plan was not saved (--out), so apply will make its own."


def _exit_code(planned: planning.Planned, options: dict[str, Any], console: Console) -> ExitCode:
    empty = [each.reason for each in planned.refusals if each.guard is Guard.EMPTY_INPUT]
    if empty:
        console.err(f"Refused: {empty[0]}")
        return ExitCode.REFUSED
    if planned.own_refusals:
        risky = ", ".join(str(each["tag"]) for each in planned.own_refusals)
        console.err(f"Refused by --fail-on {options['fail_on']}: {risky}.")
        return ExitCode.REFUSED
    # What can't be read may be as the manifest says or not: only "no changes" would be a claim.
    differs = planned.plan.calls or planned.plan.wanted_unreadable
    return ExitCode.CHANGES if options["detailed_exitcode"] and differs else ExitCode.OK
