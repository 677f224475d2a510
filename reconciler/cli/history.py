"""`reconciler history`."""

from __future__ import annotations

from typing import Any

import click

from reconciler.cli.console import Console
from reconciler.cli.exit_codes import ExitCode, help_epilog
from reconciler.cli.inputs import Run
from reconciler.cli.options import Globals, format_option, global_options
from reconciler.cli.reporting import reported
from reconciler.registry import open_reader
from reconciler.render import history_json, render_history, render_json


@click.command(
    "history",
    epilog=help_epilog(
        "reconciler history\nreconciler history user-session", ExitCode.OK, ExitCode.ERROR, ExitCode.UNREACHABLE
    ),
)
@click.argument("tag", required=False)
@click.option(
    "--after", metavar="REVISION", type=click.IntRange(0), default=0, help="Only what came after this revision."
)
@format_option("text", "json")
@global_options
@reported
def command(console: Console, given: Globals, /, **options: Any) -> None:
    """Show every write to the registry, oldest first: who, when, from which project and commit, and what changed.

    With TAG, only the writes to that session type.
    """
    run = Run.of(given)
    with open_reader(run.registry, product=run.product, root=run.project.root, token=run.token) as reader:
        entries = list(reader.history(tag=options["tag"], after=options["after"]))
    if options["output_format"] == "json":
        console.out(render_json({"format_version": "1.0", "history": [history_json(entry) for entry in entries]}))
    else:
        console.out(render_history(entries, console.out_paint))
