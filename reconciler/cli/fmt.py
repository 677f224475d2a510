"""`reconciler fmt`."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from typing import Any

import click

from reconciler.cli.console import Console
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.files import write_atomically
from reconciler.cli.help import DocumentedCommand, page
from reconciler.cli.inputs import Run
from reconciler.cli.options import Globals, global_options, paths_argument
from reconciler.cli.reporting import reported
from reconciler.diagnostics import Diagnostic, InvalidInput
from reconciler.errors import ReconcilerError
from reconciler.manifests import ManifestPath, canonical_layout, find_files, read_file
from reconciler.render.values import safe


@dataclass(frozen=True, slots=True)
class _Laid:
    """A file whose layout is not the canonical one yet."""

    file: ManifestPath
    before: str
    after: str


@click.command(
    "fmt",
    cls=DocumentedCommand,
    page=page("reconciler fmt sessions/\nreconciler fmt --check --diff", ExitCode.OK, ExitCode.ERROR, ExitCode.INVALID),
)
@paths_argument
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 where a file would change.")
@click.option("--diff", "show_diff", is_flag=True, help="Write nothing; show what would change.")
@global_options
@reported
def command(console: Console, given: Globals, /, **options: Any) -> ExitCode:
    """Lay manifests out in one style: indentation, spacing, and one spelling for each period.

    Comments, key order and quotes stay. Without PATHS: the manifests and overlays that the project file lists.
    Prints the names of the files that change.
    """
    laid = _lay_out(_paths(Run.of(given, any_target=True), options["paths"]))
    writes = not (options["check"] or options["show_diff"])
    for each in laid:
        console.out(_diff(each) if options["show_diff"] else safe(each.file.spelled))
        if writes:
            _write(each)
    return ExitCode.ERROR if options["check"] and laid else ExitCode.OK


def _paths(run: Run, given: tuple[str, ...]) -> list[ManifestPath]:
    found = run.require_paths(given, command="fmt")
    return found if given else [*found, *run.overlay_paths()]


def _lay_out(paths: list[ManifestPath]) -> list[_Laid]:
    """Lay out every file. Raises InvalidInput with all problems before anything is written."""
    found = find_files(paths)
    problems: list[Diagnostic] = list(found.diagnostics)
    sources: dict[str, str] = {}
    laid: list[_Laid] = []
    for file in found.files:
        content = read_file(file)
        layout = (content,) if isinstance(content, Diagnostic) else canonical_layout(content, file.spelled)
        if isinstance(layout, str) and isinstance(content, bytes):
            if layout.encode() != content:
                laid.append(_Laid(file, content.decode("utf-8-sig"), layout))
        elif not isinstance(layout, str):
            problems += layout
            sources[file.spelled] = content.decode(errors="replace") if isinstance(content, bytes) else ""
    if problems:
        raise InvalidInput(problems, sources)
    return laid


def _write(laid: _Laid) -> None:
    try:
        write_atomically(laid.file.path, laid.after)
    except OSError as error:
        raise ReconcilerError(f"{laid.file.spelled} can't be written: {error.strerror}") from error


def _diff(laid: _Laid) -> str:
    lines = difflib.unified_diff(
        laid.before.splitlines(),
        laid.after.splitlines(),
        f"a{os.sep}{laid.file.spelled}",
        f"b{os.sep}{laid.file.spelled}",
        lineterm="",
    )
    return "\n".join("\t".join(map(safe, line.split("\t"))) for line in lines)
