"""`reconciler fmt`."""

from __future__ import annotations

import codecs
import difflib
import os
from dataclasses import dataclass
from typing import Any

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.help import DocumentedCommand, page
from reconciler.cli.options import Globals, global_options, paths_argument
from reconciler.cli.output.console import Console
from reconciler.cli.output.files import write_atomically
from reconciler.cli.output.reporting import reported
from reconciler.cli.run.inputs import Run
from reconciler.diagnostics import Diagnostic, InvalidInput
from reconciler.errors import ReconcilerError
from reconciler.manifests import ManifestPath, Sources, canonical_layout, find_files, read_file, unsure_files
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
    laid, texts = _lay_out(_paths(Run.of(given, any_target=True), options["paths"]))
    writes = not (options["check"] or options["show_diff"])
    before, after = Sources(texts), Sources({**texts, **{each.file.spelled: each.after for each in laid}})
    for each in laid:
        console.out(_diff(each, before, after) if options["show_diff"] else safe(each.file.spelled))
        if writes:
            _write(each)
    return ExitCode.ERROR if options["check"] and laid else ExitCode.OK


def _paths(run: Run, given: tuple[str, ...]) -> list[ManifestPath]:
    found = run.require_paths(given, command="fmt")
    return found if given else [*found, *run.overlay_paths()]


def _lay_out(paths: list[ManifestPath]) -> tuple[list[_Laid], dict[str, str]]:
    """Lay out every file, and return all texts. Raises InvalidInput with all problems before anything is written."""
    found = find_files(paths)
    problems: list[Diagnostic] = list(found.diagnostics)
    texts: dict[str, str] = {}
    laid: list[_Laid] = []
    for file in found.files:
        content = read_file(file)
        if isinstance(content, bytes):
            texts[file.spelled] = content.removeprefix(codecs.BOM_UTF8).decode(errors="replace")
        layout = (content,) if isinstance(content, Diagnostic) else canonical_layout(content, file.spelled)
        if isinstance(layout, str) and isinstance(content, bytes):
            if layout.encode() != content:
                laid.append(_Laid(file, content.decode("utf-8-sig"), layout))
        elif not isinstance(layout, str):
            problems += layout
    if problems:
        sources = Sources(texts, unsure=unsure_files(problems))
        raise InvalidInput(sources.cleaned(problems), sources)
    return laid, texts


def _write(laid: _Laid) -> None:
    try:
        write_atomically(laid.file.path, laid.after)
    except OSError as error:
        raise ReconcilerError(f"{laid.file.spelled} can't be written: {error.strerror}") from error


def _diff(laid: _Laid, before: Sources, after: Sources) -> str:
    """Return what changes, line by line, with sensitive values hidden on the lines that are shown."""
    file = laid.file.spelled
    shown = _shown_lines(laid.after, after[file]) | _shown_lines(laid.before, before[file])
    heads = (f"a{os.sep}{file}", f"b{os.sep}{file}")
    lines = difflib.unified_diff(laid.before.splitlines(), laid.after.splitlines(), *heads, lineterm="")
    told = [line[:1] + shown.get(line[1:], line[1:]) for line in lines] or [f"{file}: {_unseen(laid)}"]
    return "\n".join("\t".join(map(safe, line.split("\t"))) for line in told)


def _unseen(laid: _Laid) -> str:
    """Say what changes where every line stays as it is."""
    if "\r" in laid.before:
        return "line ends become LF"
    return "the byte order mark goes" if laid.before == laid.after else "the last line gets a line end"


def _shown_lines(real: str, hidden: str) -> dict[str, str]:
    """Return how lines are shown that hold something sensitive; then so is a line that reads the same elsewhere."""
    return {line: stars for line, stars in zip(real.splitlines(), hidden.splitlines(), strict=True) if line != stars}
