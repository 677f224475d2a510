"""`reconciler pull`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.help import DocumentedCommand, page
from reconciler.cli.options import Globals, completed, global_options
from reconciler.cli.output.console import Console
from reconciler.cli.output.files import write_atomically
from reconciler.cli.output.reporting import reported
from reconciler.cli.run.existing import no_registry
from reconciler.cli.run.inputs import Run
from reconciler.cli.run.pull_notes import left_out, owned_by_another, pull_notes, unapplied
from reconciler.diagnostics import InvalidInput, nearest_of
from reconciler.errors import ReconcilerError
from reconciler.manifests import Loaded, ManifestPath, Pulled, find_files, pull, with_new_texts
from reconciler.port import Record
from reconciler.render.values import safe
from reconciler.values import parse_path

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
    session types without a manifest a new file is written to --dir. TAGs name what to pull; without them, everything
    but what other projects own. Nothing is deleted, and nothing is written where a value can't be.

    After it, plan has no changes for what was pulled. What manifests can't say any more is noted: what the last apply
    did not say, a variable whose place a value took, what other targets share, and what is ignored or not live.
    """
    run = Run.of(given)
    workplace = Workplace.of(run, options["folder"])
    loaded = workplace.load(run)
    live = _live(run)
    records = _chosen(run, live, options["tags"])
    specs = [record.spec for record in records if record.spec]
    pulled = pull(lambda texts: workplace.load_with(run, texts), specs, workplace.new_file)
    if pulled.failed:
        _refuse(pulled, loaded)
    for verb, texts in (("changed", pulled.changed), ("created", pulled.created)):
        for spelled, text in texts.items():
            write_manifest(Path(spelled), text)
            console.out(f"{verb} {safe(spelled)}")
    everything = () if options["tags"] else tuple(live.values())
    notes = pull_notes(run, pulled, loaded, {record.tag for record in everything})
    for note in (*left_out(run, everything), *unapplied(loaded, records), *notes):
        console.err(f"Note: {safe(note)}")
    created, changed = len(pulled.created), len(pulled.changed)
    console.out(f"Pull complete! Manifest files: {created} created, {changed} changed.")


@dataclass(frozen=True, slots=True)
class Workplace:
    """The manifests that there are, and the folder of new ones."""

    files: tuple[ManifestPath, ...]
    folder: str

    @classmethod
    def of(cls, run: Run, folder: str | None) -> Workplace:
        """Find them. `folder` is the one asked for."""
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

    def load_with(self, run: Run, texts: Mapping[str, str]) -> Loaded:
        """Load the manifests with new texts in place of what is on the disk."""
        present = {file.spelled for file in self.files}
        new = (ManifestPath(Path(spelled), spelled) for spelled in texts if spelled not in present)
        overlays = find_files(each for each in run.overlays() if each.path.exists()).files
        own = {each.spelled for each in overlays}
        files = [*self.files, *(each for each in new if each.spelled not in own)]
        return run.load_for(run.target, with_new_texts(files, texts), overlays=with_new_texts(overlays, texts))

    def new_file(self, tag: str) -> str:
        """Return the file for the manifest of a tag: one that is not there yet."""
        taken = {each.path.resolve() for each in self.files}
        names = (f"{tag}.yaml", *(f"{tag}-{number}.yaml" for number in range(2, len(taken) + 3)))
        return next(
            path.as_posix()
            for path in (Path(self.folder, name) for name in names)
            if path.resolve() not in taken and not path.exists()
        )


def _live(run: Run) -> dict[str, Record]:
    with run.reader() as reader:
        snapshot = reader.fetch()
    if not snapshot.exists:
        raise no_registry(run)
    return {record.tag: record for record in snapshot.records if record.spec}


def _chosen(run: Run, live: Mapping[str, Record], tags: tuple[str, ...]) -> list[Record]:
    """Return what is to be pulled: what is named or, where nothing is, all that no other project owns."""
    for tag in tags:
        if tag not in live:
            nearest = nearest_of(tag, live)
            hint = f"Did you mean `{nearest}`?" if nearest else f"Live are: {', '.join(live) or 'none'}."
            raise ReconcilerError(f"No live session type has the tag `{tag}`", hint=hint)
    return [record for tag, record in live.items() if (tag in tags if tags else not owned_by_another(run, record))]


def _refuse(pulled: Pulled, loaded: Loaded) -> NoReturn:
    """Say which values can't be edited, and where they stand."""
    desired = {each.session_type.tag: each for each in loaded.desired}
    told = []
    for tag, paths in pulled.failed.items():
        place = f"; {desired[tag].locate(parse_path(paths[0]) or ())}" if tag in desired else ""
        told.append(f"{tag} ({', '.join(paths)}{place})")
    raise ReconcilerError(
        f"The manifests can't be edited in place to hold what is live of {safe(', '.join(told))}; nothing was written",
        hint="Anchors, merge keys or an overlay may stand in the way: edit these by hand, or pull other tags by name.",
    )


def write_manifest(file: Path, text: str) -> None:
    """Write a manifest, and the folders that it needs. Raises ReconcilerError."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, text)
    except OSError as error:
        raise ReconcilerError(f"{file} can't be written: {error.strerror}") from error
