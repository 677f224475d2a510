"""`reconciler impact`."""

from __future__ import annotations

from typing import Any, NoReturn

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.help import DocumentedCommand, page
from reconciler.cli.options import Globals, completed, format_option, global_options
from reconciler.cli.output.console import Console
from reconciler.cli.output.reporting import reported
from reconciler.cli.run.existing import no_registry
from reconciler.cli.run.inputs import Run
from reconciler.diagnostics import nearest_of
from reconciler.errors import ReconcilerError
from reconciler.port import ImpactReader
from reconciler.render import impact_json, render_impact, render_json


@click.command(
    "impact",
    cls=DocumentedCommand,
    page=page("reconciler impact user-session", ExitCode.OK, ExitCode.ERROR, ExitCode.INVALID, ExitCode.UNREACHABLE),
)
@click.argument("tag", shell_complete=completed("tags"))
@format_option("text", "json")
@global_options
@reported
def command(console: Console, given: Globals, /, **options: Any) -> None:
    """Show how many live sessions and users a change of a session type would reach, per environment.

    A session is live while its token is valid; whoever has only a refresh token left is not counted.

    Unknown is said, and is not 0: a registry that runs no sessions can't tell.
    """
    run = Run.of(given)
    tag = options["tag"]
    with run.reader() as reader:
        impact = reader.impact(tag) or _refuse(run, reader, tag)
    if options["output_format"] == "json":
        console.out(render_json(impact_json(tag, impact)))
    else:
        console.out(render_impact(tag, impact, console.out_paint))


def _refuse(run: Run, reader: ImpactReader, tag: str) -> NoReturn:
    snapshot = reader.fetch()
    if not snapshot.exists:
        raise no_registry(run)
    nearest = nearest_of(tag, (record.tag for record in snapshot.records))
    raise ReconcilerError(f"No session type has the tag `{tag}`", hint=f"Did you mean `{nearest}`?" if nearest else "")
