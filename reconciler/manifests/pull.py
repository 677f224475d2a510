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
from reconciler.plan import Desired, Missing, diff
from reconciler.session_type import SessionType
from reconciler.values import Path, value_at


@dataclass(frozen=True, slots=True)
class Pulled:
    """New texts by the file's spelling: of files that are there, of new ones, and the tags that could not be edited."""

    changed: Mapping[str, str]
    created: Mapping[str, str]
    failed: tuple[str, ...] = ()


def pull(loaded: Loaded, live: Iterable[SessionType], new_file: Callable[[str], str]) -> Pulled:
    """Return the texts that make the manifests want what is live. `new_file` names the file of a tag without one."""
    desired = {each.session_type.tag: each for each in loaded.desired}
    created: dict[str, str] = {}
    edits: dict[str, list[Edit]] = {}
    for session_type in live:
        if session_type.tag in desired:
            for file, edit in _edits(desired[session_type.tag], session_type):
                edits.setdefault(file, []).append(edit)
        else:
            created[new_file(session_type.tag)] = manifest_text(session_type)
    changed: dict[str, str] = {}
    failed: list[str] = []
    for file, of_file in edits.items():
        try:
            changed[file] = edited(loaded.texts[file], of_file)
        except (LookupError, ValueError, YAMLError):
            failed += dict.fromkeys(edit.tag for edit in of_file)
    return Pulled(changed, created, tuple(failed))


def with_new_texts(files: Iterable[ManifestPath], texts: Mapping[str, str]) -> list[ManifestPath]:
    """Return the files with their new texts in place of what is on the disk."""
    return [
        ManifestPath(file.path, file.spelled, texts[file.spelled].encode()) if file.spelled in texts else file
        for file in files
    ]


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


def _whole_array(path: Path) -> Path:
    """Return the path of the outermost array around a value: an array is replaced whole, because its indexes move."""
    for at, step in enumerate(path):
        if isinstance(step, int):
            return path[:at]
    return path
