"""`reconciler import`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from reconciler.cli.commands.pull import Workplace, write_manifest
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.help import DocumentedCommand, page
from reconciler.cli.options import Globals, global_options
from reconciler.cli.output.console import Console
from reconciler.cli.output.reporting import reported
from reconciler.cli.run.inputs import Run
from reconciler.diagnostics import Diagnostic, InvalidInput
from reconciler.manifests import Declared, ManifestPath, read_declarations, read_file
from reconciler.render import render_diagnostics
from reconciler.render.values import counted, safe


@click.command(
    "import",
    cls=DocumentedCommand,
    page=page(
        "reconciler import ductape/sessions.json\nreconciler import ductape/sessions.json --dir sessions/ --force",
        ExitCode.OK,
        ExitCode.ERROR,
        ExitCode.INVALID,
    ),
)
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False))
@click.option(
    "--dir",
    "folder",
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="Folder of the manifests.  [default: the project's first, else sessions]",
)
@click.option("--force", is_flag=True, help="Overwrite the files in that folder that are there already.")
@global_options
@reported
def command(console: Console, given: Globals, /, **options: Any) -> None:
    """Make manifests of FILE, in which `ductape apply sessions` has session types declared.

    Each becomes a file in --dir. An expiry without a period counts seconds, and gets the greatest period that fits.
    What the file has no place for, schema and selector, is asked for: by a warning here, a comment in the manifest, and
    an error of validate until it is there. Nothing that is there is overwritten without --force.

    Session types that are live already are better fetched whole, with pull.
    """
    source = ManifestPath(Path(options["file"]), options["file"])
    content = read_file(source)
    if isinstance(content, Diagnostic):
        raise InvalidInput([content])
    declared = read_declarations(content, source.spelled)
    run = Run.of(given, any_target=True)
    workplace = Workplace.of(run, options["folder"])
    elsewhere = _manifests(run, workplace)
    written = [
        (each, file) for each in declared if (file := _write(console, each, workplace.folder, elsewhere, options))
    ]
    todo = [problem for each, file in written for problem in each.todo(file)]
    if todo:
        text = content.decode(errors="replace")
        console.err(render_diagnostics(todo, {source.spelled: text}, console.err_paint))
    _say_refresh(console, (each for each, _ in written))
    console.out(f"Import complete! Manifest files: {len(written)} written, {len(declared) - len(written)} left.")
    if todo:
        console.out(f"{counted(len({each.location for each in todo}), 'manifest')} to complete before apply.")


def _manifests(run: Run, workplace: Workplace) -> dict[str, str]:
    """Return the file of each tag that has a manifest already, be it an incomplete one."""
    loaded = run.load_for(run.target, workplace.files)
    return {each.session_type.tag: each.file for each in loaded.desired}


def _write(
    console: Console, declared: Declared, folder: str, elsewhere: dict[str, str], options: dict[str, Any]
) -> str | None:
    """Write a manifest, and return its file; None where something stands in the way, which is said."""
    path = Path(folder, f"{declared.tag}.yaml")
    other = elsewhere.get(declared.tag)
    if other and Path(other).resolve() != path.resolve():
        console.out(f"left {safe(declared.tag)}, which has its manifest in {safe(other)}")
        return None
    if path.exists() and not options["force"]:
        console.out(f"left {safe(path.as_posix())}, which is there already; --force overwrites it")
        return None
    verb = "overwrote" if path.exists() else "created"
    write_manifest(path, declared.text)
    console.out(f"{verb} {safe(path.as_posix())}")
    return path.as_posix()


def _say_refresh(console: Console, written: Iterable[Declared]) -> None:
    """Say where the lifetimes of refresh tokens go: they are the server's, and no session type has them."""
    lines = [
        f"    {each.tag}: {{expiry: {each.refresh.expiry}, period: {each.refresh.period}}}"
        for each in written
        if each.refresh
    ]
    if lines:
        told = "Note: refresh_expiry is no field of a session type. The registry server reads it from reconciler.yaml:"
        console.err("\n".join([told, "refresh:", "  types:", *lines]))
