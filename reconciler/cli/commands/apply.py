"""`reconciler apply`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from reconciler.apply import Outcome
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.help import DocumentedCommand, page
from reconciler.cli.options import (
    Globals,
    change_options,
    format_option,
    global_options,
    paths_argument,
    selection_options,
)
from reconciler.cli.output.console import Console
from reconciler.cli.output.delivery import Delivery, report_options
from reconciler.cli.output.reporting import reported, say_warnings
from reconciler.cli.run import planning
from reconciler.cli.run.approval import Approval, allow_option
from reconciler.cli.run.carry_out import Manner, carry_out, exit_code
from reconciler.cli.run.inputs import Run
from reconciler.cli.run.live import Live
from reconciler.cli.run.planning import Planned
from reconciler.cli.run.policies import Policies
from reconciler.cli.run.saved_plan import load_saved_plan
from reconciler.errors import ReconcilerError
from reconciler.plan import PlanDocument, refusal_entry, sealed
from reconciler.registry import bring_up_to_date
from reconciler.render import render_error, render_plan, render_refusals

_NOT_WITH_A_PLAN = ("paths", "only", "skip", "prune", "adopt")


@click.command(
    "apply",
    cls=DocumentedCommand,
    page=page(
        "reconciler apply sessions/\nreconciler apply --plan plan.json --auto-approve",
        *(code for code in ExitCode if code is not ExitCode.CHANGES),
        variables=["RECONCILER_ACTOR"],
    ),
)
@paths_argument
@click.option("--plan", "saved", metavar="FILE", type=click.Path(), help="Carry out this saved plan, and only it.")
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@allow_option
@change_options
@selection_options
@click.option(
    "--parallelism", metavar="N", type=click.IntRange(1, 256), default=16, show_default=True, help="Calls at once."
)
@click.option("--atomic", is_flag=True, help="All calls as one changeset: all of them are carried out, or none.")
@format_option("text", "json")
@report_options
@global_options
@reported
def command(console: Console, given: Globals, /, **options: Any) -> ExitCode:
    """Make the registry match the manifests: show the plan, ask, carry out exactly that.

    PATHS are manifest files or folders; without them, those that the project file lists. Ctrl-C stops after the calls
    in flight; a rerun does what is left.
    """
    run = Run.of(given)
    approval = Approval(options["auto_approve"], options["allow"])
    planned = approval.lifting(_planned(run, console, options), console)
    if options["atomic"] and planned.plan.is_plain:
        raise ReconcilerError(
            f"--atomic can't be used on the registry {planned.header.registry}: it carries out one write at a time",
            hint="Apply without --atomic: a rerun does what is left.",
        )
    standing = approval.standing(planned.refusals)
    delivery = Delivery.of(options)
    voice = console.voice(results=not delivery.is_machine)
    voice.say(render_plan(planned.without(standing).document(), voice.paint))
    code = ExitCode.OK
    outcomes: tuple[Outcome, ...] = ()
    if standing:
        console.err(
            f"Refused; nothing was applied:\n{render_refusals(map(refusal_entry, standing), console.err_paint)}"
        )
        code = ExitCode.REFUSED
    elif planned.plan.calls and not approval.given(console):
        code = ExitCode.ERROR
    elif planned.plan.calls:
        tally = carry_out(run, planned, console, Manner(options["parallelism"], options["atomic"], voice))
        code, outcomes = exit_code(tally, atomic=options["atomic"]), tally.outcomes
    if delivery.is_whole:
        return _delivered(delivery, console, _document(planned, code, outcomes), code)
    return code


def _document(planned: Planned, code: ExitCode, outcomes: Sequence[Outcome]) -> PlanDocument:
    """Return what the apply came to: a document of its own, sealed as it is, that names the plan it carried out."""
    document = planned.document(with_unchanged=True)
    told: PlanDocument = {
        **document,
        "errored": code != ExitCode.OK,
        "outcomes": [each.to_json() for each in outcomes],
        "plan_digest": planned.digest,
    }
    return sealed(told)


def _delivered(delivery: Delivery, console: Console, document: PlanDocument, code: ExitCode) -> ExitCode:
    """Hand the document out. What was applied stays told, also where a report can't be written."""
    try:
        delivery.write(document)
    except ReconcilerError as error:
        console.err(render_error(error, console.err_paint))
        code = code or ExitCode.ERROR
    if delivery.is_machine:
        console.out(delivery.text(document))
    return code


def _planned(run: Run, console: Console, options: dict[str, Any]) -> Planned:
    if bring_up_to_date(run.registry, run.project.root):
        console.err("Note: the registry's tables were those of an older release; they are up to date now.")
    policies = Policies(run, console)
    if options["saved"]:
        _forbid_with_a_plan(options)
        return policies.over(load_saved_plan(run, Path(options["saved"])))
    paths: Sequence[str] = options["paths"]
    with Live(run) as live:
        loaded = policies.load(paths, command="apply")
        say_warnings(console, loaded)
        planned = planning.make(live, loaded, run.header(loaded, paths), planning.options_of(run, options))
    planning.say_what_is_missing(planned, console)
    return policies.over(planning.signed(run, planned))


def _forbid_with_a_plan(options: dict[str, Any]) -> None:
    for name in _NOT_WITH_A_PLAN:
        if options[name]:
            written = "PATHS" if name == "paths" else f"--{name}"
            raise click.UsageError(f"{written} can't be combined with --plan: a saved plan is carried out as it is.")
