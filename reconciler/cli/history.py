"""`reconciler history`."""

from __future__ import annotations

from typing import Any

import click

from reconciler.cli.console import Console
from reconciler.cli.exit_codes import ExitCode, help_epilog
from reconciler.cli.inputs import Run
from reconciler.cli.options import Globals, format_option, global_options
from reconciler.cli.reporting import reported
from reconciler.manifests import Loaded
from reconciler.plan import history_document
from reconciler.registry import open_reader
from reconciler.render import render_history, render_json
from reconciler.values import Path


@click.command(
    "history",
    epilog=help_epilog(
        "reconciler history\nreconciler history user-session",
        ExitCode.OK,
        ExitCode.ERROR,
        ExitCode.INVALID,
        ExitCode.UNREACHABLE,
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

    With TAG, only the writes to that session type. Descriptions and sample values are shown where the project
    file lists a manifest of the session type, because it says which of them are sensitive.
    """
    run = Run.of(given)
    sensitive = _sensitive(run)
    with open_reader(run.registry, product=run.product, root=run.project.root, token=run.token) as reader:
        document = history_document(reader.history(tag=options["tag"], after=options["after"]), sensitive)
    if options["output_format"] == "json":
        console.out(render_json(document))
    else:
        console.out(render_history(document, console.out_paint))


def _sensitive(run: Run) -> dict[str, tuple[Path, ...]]:
    """Return what the project's manifests call sensitive, by tag; nothing where they can't be loaded."""
    paths = run.manifest_paths(())
    loaded = run.load_for(run.target, paths) if paths else Loaded.nothing()
    return {each.session_type.tag: each.lifecycle.sensitive for each in loaded.desired}
