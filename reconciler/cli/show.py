"""`reconciler show`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from reconciler.cli.console import Console
from reconciler.cli.exit_codes import ExitCode, help_epilog
from reconciler.cli.files import read_text
from reconciler.cli.options import Globals, format_option, global_options
from reconciler.cli.reporting import reported
from reconciler.plan import read_plan
from reconciler.render import render_json, render_plan


@click.command("show", epilog=help_epilog("reconciler show plan.json", ExitCode.OK, ExitCode.ERROR))
@click.argument("file", type=click.Path())
@format_option("text", "json")
@global_options
@reported
def command(console: Console, given: Globals, /, **options: Any) -> None:
    """Show a saved plan. FILE is what `plan --out` wrote."""
    del given
    document = read_plan(read_text(Path(options["file"])), options["file"])
    if options["output_format"] == "json":
        console.out(render_json(document))
    else:
        console.out(render_plan(document, console.out_paint))
