"""Writes live session types into manifests: the files' new texts, made and read back before one is written.

A value is edited where it stands, which may be an overlay. So a manifest that is pulled plans to no change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ruamel.yaml.error import YAMLError

from reconciler.manifests.edit import Edit, edited, manifest_text
from reconciler.manifests.find import ManifestPath
from reconciler.manifests.load import Loaded
from reconciler.manifests.pull_notes import Losses, losses_of
from reconciler.plan import Desired, Missing, diff
from reconciler.session_type import SessionType
from reconciler.values import Path, format_path, value_at

# A value can stand in a manifest and in its overlay: each round edits the one that counts then.
_ROUNDS = 3

Load = Callable[[Mapping[str, str]], Loaded]


@dataclass(frozen=True, slots=True)
class Pulled:
    """New texts by the file's spelling: of files that are there, and of new ones.

    `failed` names the values, by tag, that no edit makes what is live; `losses` what the texts do not say any more.
    """

    changed: Mapping[str, str]
    created: Mapping[str, str]
    failed: Mapping[str, tuple[str, ...]]
    losses: Losses


def pull(load: Load, live: Iterable[SessionType], new_file: Callable[[str], str]) -> Pulled:
    """Return the texts that make the manifests want what is live.

    `load` loads the manifests with new texts in place of what is on the disk; `new_file` names the file of a tag
    without one.
    """
    wanted = list(live)
    loaded = load({})
    present = {each.session_type.tag for each in loaded.desired}
    created = {new_file(each.tag): manifest_text(each) for each in wanted if each.tag not in present}
    changed: dict[str, str] = {}
    losses = Losses()
    if created:
        loaded = load(created)
    for _ in range(_ROUNDS):
        edits = _edits_by_file(loaded, wanted)
        if not edits:
            break
        losses = losses.and_also(losses_of(loaded, edits))
        changed |= _edited(loaded, edits)
        loaded = load({**created, **changed})
    ignored = Losses(ignored=tuple(_ignored(loaded, wanted)))
    return Pulled(changed, created, _failed(loaded, wanted), losses.and_also(ignored))


def with_new_texts(files: Iterable[ManifestPath], texts: Mapping[str, str]) -> list[ManifestPath]:
    """Return the files with their new texts in place of what is on the disk."""
    return [
        ManifestPath(file.path, file.spelled, texts[file.spelled].encode()) if file.spelled in texts else file
        for file in files
    ]


def _edits_by_file(loaded: Loaded, live: list[SessionType]) -> dict[str, list[Edit]]:
    desired = {each.session_type.tag: each for each in loaded.desired}
    edits: dict[str, list[Edit]] = {}
    for session_type in live:
        if session_type.tag in desired:
            for file, edit in _edits(desired[session_type.tag], session_type):
                edits.setdefault(file, []).append(edit)
    return edits


def _edited(loaded: Loaded, edits: Mapping[str, list[Edit]]) -> dict[str, str]:
    """Return the new texts of the files that can be edited."""
    texts: dict[str, str] = {}
    for file, of_file in edits.items():
        try:
            texts[file] = edited(loaded.texts[file], of_file)
        except (LookupError, TypeError, ValueError, YAMLError):
            continue  # the values stay what they are, and so are told as failed
    return texts


def _edits(desired: Desired, live: SessionType) -> list[tuple[str, Edit]]:
    """Return the edits that make a manifest want what is live, each with its file. What is ignored stays."""
    found: dict[Path, tuple[str, Edit]] = {}
    spec = live.to_json()
    for change in diff(desired.ignoring(live).session_type, live):
        path = _whole_array(change.path)
        file = desired.locate(path).file
        removes = isinstance(change.after, Missing) and path == change.path
        value = None if removes else value_at(spec, path)
        found[path] = (file, Edit(live.tag, path, value, removes))
    return list(found.values())


def _ignored(loaded: Loaded, live: list[SessionType]) -> Iterable[tuple[str, str]]:
    """Yield tag and path of what a manifest leaves to whatever is live, where that is something else."""
    desired = {each.session_type.tag: each for each in loaded.desired}
    for session_type in live:
        if each := desired.get(session_type.tag):
            left = diff(each.session_type, each.ignoring(session_type).session_type)
            yield from ((session_type.tag, format_path(change.path)) for change in left)


def _failed(loaded: Loaded, live: list[SessionType]) -> dict[str, tuple[str, ...]]:
    """Return the paths of the values that are not what is live, by tag.

    A session type that no manifest can hold has none; it must not be looked for in all the others.
    """
    desired = {each.session_type.tag: each for each in loaded.desired}
    failed: dict[str, tuple[str, ...]] = {}
    for each in live:
        if each.tag not in desired:
            failed[each.tag] = ("all of it",)
        elif changes := diff(desired[each.tag].ignoring(each).session_type, each):
            failed[each.tag] = tuple(format_path(change.path) for change in changes)
    return failed if failed or loaded.is_valid else {each.tag: ("all of it",) for each in live}


def _whole_array(path: Path) -> Path:
    """Return the path of the outermost array around a value: an array is replaced whole, because its indexes move."""
    for at, step in enumerate(path):
        if isinstance(step, int):
            return path[:at]
    return path
