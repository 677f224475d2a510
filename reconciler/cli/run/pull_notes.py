"""What a pull must say beside what it wrote: what was lost on the way, and where a plan is not empty all the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path

from reconciler.cli.run.inputs import Run
from reconciler.manifests import Loaded, Pulled
from reconciler.plan import Desired, diff
from reconciler.port import Record
from reconciler.render.header_text import listed
from reconciler.render.values import counted
from reconciler.values import Path as ValuePath
from reconciler.values import format_path


def pull_notes(run: Run, pulled: Pulled, loaded: Loaded, live: AbstractSet[str]) -> Iterator[str]:
    """Yield the notes. `live` are the tags of all that is live, or none where only some tags were asked for."""
    for tag, path, place in pulled.losses.variables:
        yield f"{tag}: {path} came from a variable at {place}; the live value stands there now."
    for tag, path, file in pulled.losses.sensitive:
        yield f"{tag}: {path} is sensitive, and its live value stands in {file} now. Let no secret get into git."
    for tag, path in pulled.losses.ignored:
        yield f"{tag}: {path} is left as it is, because the manifest ignores its changes."
    yield from _shared(run, pulled)
    if live:
        missing = [each.session_type.tag for each in loaded.desired if each.session_type.tag not in live]
        if missing:
            yield f"{', '.join(missing)}: in the manifests and not live. Pull removes nothing; apply would create it."
    yield from _unlisted(run, pulled)


def owned_by_another(run: Run, record: Record) -> bool:
    """Tell whether another project owns a record; one that nobody owns is free to be pulled."""
    return record.managed_by is not None and record.managed_by.project != run.owner


def left_out(run: Run, records: Iterable[Record]) -> Iterator[str]:
    """Yield what a pull of everything leaves to its owners: apply would be refused to write it."""
    tags: dict[str, list[str]] = {}
    for record in records:
        if record.managed_by and owned_by_another(run, record):
            tags.setdefault(record.managed_by.project, []).append(record.tag)
    for project, theirs in sorted(tags.items()):
        them = "it" if len(theirs) == 1 else "them"
        counts = counted(len(theirs), "session type")
        yield f"{counts} of {project} left out: name {them} to take {them} ({listed(theirs)})."


def unapplied(loaded: Loaded, records: Iterable[Record]) -> Iterator[str]:
    """Yield what a pull takes out of the manifests although the last apply did not say so: it may be in no commit.

    `loaded` is what the manifests said before the pull, `records` are those that it pulled.
    """
    desired = {each.session_type.tag: each for each in loaded.desired}
    for record in records:
        wanted = desired.get(record.tag)
        if wanted is None or record.spec is None or record.applied is None:
            continue
        pending = {change.path for change in diff(wanted.session_type, record.applied)}
        lost = [change.path for change in diff(wanted.session_type, record.spec) if change.path in pending]
        if lost:
            told = ", ".join(f"{format_path(path)} ({_place(wanted, path)})" for path in lost)
            yield f"{record.tag}: replaced by what is live, and the last apply did not say so: {told}."


def _place(wanted: Desired, path: ValuePath) -> str:
    location = wanted.locate(path)
    return f"{location.file}:{location.line}"


def _shared(run: Run, pulled: Pulled) -> Iterator[str]:
    """Say who else wants what was pulled: all targets have their manifests in common, but for overlays."""
    others = [name for name in run.project.targets if name != run.target.name]
    overlays = [each.path.resolve() for each in run.overlays()]
    written = [Path(spelled).resolve() for spelled in (*pulled.changed, *pulled.created)]
    if others and any(not any(map(file.is_relative_to, overlays)) for file in written):
        yield f"manifests are shared, so {' and '.join(others)} will want the same. What differs belongs in an overlay."


def _unlisted(run: Run, pulled: Pulled) -> Iterator[str]:
    """Say which new files no run finds by itself."""
    listed = [each.path.resolve() for each in run.manifest_paths(())]
    lost = [file for file in pulled.created if not any(map(Path(file).resolve().is_relative_to, listed))]
    if run.project.file and lost:
        yield f"{', '.join(lost)}: not below `manifests:` of {run.project.file}, so plan and apply don't find it."
