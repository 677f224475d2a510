"""What stdout and the reports get of wrong usage, which may come to light before a command runs."""

from __future__ import annotations

from collections.abc import Sequence

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.output.delivery import Delivery, SharedFile, asked_reports
from reconciler.cli.output.failing import error_entry
from reconciler.cli.output.github_files import Ending, tell_github
from reconciler.cli.output.reporting import ErrorDocument, diagnostics_report, plan_error_document
from reconciler.errors import ReconcilerError
from reconciler.plan import PlanDocument
from reconciler.render import View, render_error


def tell_usage(error: click.UsageError, form: str, reports: Sequence[str]) -> None:
    """Write the document of wrong usage to every report that can be told from the command line, and to stdout.

    `form` is the format that was asked for, `reports` the `FORMAT=FILE`s. Nothing is written where the command would
    have refused the form, nor where it has none.
    """
    command = error.ctx.command if error.ctx else None
    document: ErrorDocument = getattr(command and command.callback, "error_document", plan_error_document)
    entries = [error_entry(error.format_message(), "")]
    choices = _formats_of(command)
    is_known = not choices or form in choices
    if document is plan_error_document and command is not None and choices:
        writes = any(each.name == "reports" for each in command.params) and not isinstance(error, SharedFile)
        files = asked_reports(reports) if writes else ()
        delivery = Delivery(form if is_known else "text", files, View(drift=command.name == "drift"))
        _deliver(delivery, document(entries))
    elif is_known and (text := diagnostics_report(form, entries, document)):
        click.echo(text)


def _deliver(delivery: Delivery, document: PlanDocument) -> None:
    try:
        delivery.write(document)
    except ReconcilerError as error:
        click.echo(render_error(error), err=True)
    for failure in tell_github(document, delivery.view, Ending(ExitCode.USAGE)) if "github" in delivery.formats else ():
        click.echo(failure, err=True)
    if delivery.is_machine:
        click.echo(delivery.text(document))


def _formats_of(command: click.Command | None) -> tuple[str, ...]:
    """Return the formats that a command can give; none where it is not known which command was meant."""
    options = (option for option in (command.params if command else ()) if option.name == "output_format")
    return next((tuple(option.type.choices) for option in options if isinstance(option.type, click.Choice)), ())
