"""`reconciler show`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.help import DocumentedCommand, page
from reconciler.cli.options import Globals, global_options
from reconciler.cli.output.console import Console
from reconciler.cli.output.delivery import Delivery, all_formats
from reconciler.cli.output.files import read_text
from reconciler.cli.output.reporting import reported
from reconciler.plan import read_plan
from reconciler.render import render_plan


@click.command("show", cls=DocumentedCommand, page=page("reconciler show plan.json", ExitCode.OK, ExitCode.ERROR))
@click.argument("file", type=click.Path())
@all_formats
@global_options
@reported
def command(console: Console, given: Globals, /, **options: Any) -> None:
    """Show a saved plan. FILE is what `plan --out` wrote."""
    del given
    document = read_plan(read_text(Path(options["file"])), options["file"])
    delivery = Delivery.of(options)
    delivery.write(document)
    if delivery.is_machine or "outcomes" in document:
        console.out(delivery.text(document))
    else:
        console.out(render_plan(document, console.out_paint))
