"""`reconciler pull`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from reconciler.cli import planning
from reconciler.cli.console import Console
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.files import write_atomically
from reconciler.cli.help import DocumentedCommand, page
from reconciler.cli.inputs import Run
from reconciler.cli.options import Globals, completed, global_options
from reconciler.cli.reporting import reported
from reconciler.diagnostics import InvalidInput, nearest_of
from reconciler.errors import ReconcilerError
from reconciler.manifests import Loaded, ManifestPath, Pulled, find_files, pull, with_new_texts
from reconciler.render.values import safe
from reconciler.session_type import SessionType

_DEFAULT_FOLDER = "sessions"


@click.command(
    "pull",
    cls=DocumentedCommand,
    page=page(
        "reconciler pull\nreconciler pull user-session --dir sessions/",
        ExitCode.OK,
        ExitCode.ERROR,
        ExitCode.INVALID,
        ExitCode.UNREACHABLE,
    ),
)
@click.argument("tags", nargs=-1, metavar="[TAG]...", shell_complete=completed("tags"))
@click.option(
    "--dir",
    "folder",
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="Folder of new manifests.  [default: the project's first, else sessions]",
)
@global_options
@reported
def command(console: Console, given: Globals, /, **options: Any) -> None:
    """Write live session types into manifests.

    Manifests that are there are edited in place: only values that differ change; comments and key order stay. For
    session types without a manifest a new file is written to --dir. TAGs name what to pull; without them, everything.
    """
    run = Run.of(given)
    workplace = _Workplace.of(run, options["folder"])
    loaded = workplace.load(run)
    live = _live(run, options["tags"])
    pulled = pull(loaded, live, workplace.new_file)
    _verify(run, workplace, pulled, live)
    for verb, texts in (("changed", pulled.changed), ("created", pulled.created)):
        for spelled, text in texts.items():
            _write(Path(spelled), text)
            console.out(f"{verb} {safe(spelled)}")
    created, changed = len(pulled.created), len(pulled.changed)
    console.out(f"Pull complete! Manifest files: {created} created, {changed} changed.")


@dataclass(frozen=True, slots=True)
class _Workplace:
    """The manifests that there are, and the folder of new ones."""

    files: tuple[ManifestPath, ...]
    folder: str

    @classmethod
    def of(cls, run: Run, folder: str | None) -> _Workplace:
        listed = run.manifest_paths(())
        first = next((each.spelled for each in listed if not each.spelled.endswith((".yaml", ".yml"))), None)
        chosen = folder or first or _DEFAULT_FOLDER
        paths = [*listed, ManifestPath(Path(chosen), chosen)]
        present = [each for each in paths if each.path.exists()]
        return cls(find_files(present, without=[each.path for each in run.overlay_paths()]).files, chosen)

    def load(self, run: Run) -> Loaded:
        """Load the manifests. Raises InvalidInput: what is broken can't be edited."""
        loaded = run.load_for(run.target, self.files)
        if not loaded.is_valid:
            raise InvalidInput(loaded.diagnostics, loaded.sources)
        return loaded

    def new_file(self, tag: str) -> str:
        """Return the file for the manifest of a tag: one that is not there yet."""
        taken = {each.path.resolve() for each in self.files}
        names = (f"{tag}.yaml", *(f"{tag}-{number}.yaml" for number in range(2, len(taken) + 3)))
        return next(
            path.as_posix()
            for path in (Path(self.folder, name) for name in names)
            if path.resolve() not in taken and not path.exists()
        )


def _live(run: Run, tags: tuple[str, ...]) -> list[SessionType]:
    live = {record.tag: record.spec for record in planning.fetch(run).records if record.spec}
    for tag in tags:
        if tag not in live:
            nearest = nearest_of(tag, live)
            hint = f"Did you mean `{nearest}`?" if nearest else f"Live are: {', '.join(live) or 'none'}."
            raise ReconcilerError(f"No live session type has the tag `{tag}`", hint=hint)
    return [spec for tag, spec in live.items() if not tags or tag in tags]


def _verify(run: Run, workplace: _Workplace, pulled: Pulled, live: list[SessionType]) -> None:
    """Make sure that the new texts want what is live, before one is written."""
    texts = {**pulled.changed, **pulled.created}
    files = [*workplace.files, *(ManifestPath(Path(spelled), spelled) for spelled in pulled.created)]
    overlays = find_files(each for each in run.overlays() if each.path.exists()).files
    loaded = run.load_for(run.target, with_new_texts(files, texts), overlays=with_new_texts(overlays, texts))
    wanted = {each.session_type.tag: each for each in loaded.desired}
    wrong = [
        each.tag
        for each in live
        if each.tag not in wanted or not wanted[each.tag].ignoring(each).session_type.same_as(each)
    ]
    if wrong:
        raise ReconcilerError(
            f"The manifests can't be edited in place to hold what is live of {', '.join(wrong)}; nothing was written",
            hint="Anchors, merge keys or variables may stand in the way: edit these by hand.",
        )


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, text)
    except OSError as error:
        raise ReconcilerError(f"{file} can't be written: {error.strerror}") from error
