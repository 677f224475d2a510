"""Finds manifest files: `.yaml` and `.yml`, recursively, hidden files and folders left out, in a stable order."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from reconciler.diagnostics import Code, Diagnostic, Location
from reconciler.project import PROJECT_FILE_NAMES

_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class ManifestPath:
    """A file or folder to read: where it is, and how people spell it."""

    path: Path
    spelled: str


@dataclass(frozen=True, slots=True)
class Found:
    """Files in order, and the paths that lead nowhere."""

    files: tuple[ManifestPath, ...]
    diagnostics: tuple[Diagnostic, ...]


def find_files(paths: Iterable[ManifestPath], *, without: Iterable[Path] = ()) -> Found:
    """Find the files under `paths`, each once, leaving out what is under `without`."""
    excluded = [path.resolve() for path in without]
    files: dict[Path, ManifestPath] = {}
    missing: list[Diagnostic] = []
    for each in paths:
        if each.path.is_dir():
            candidates = [file for file in _walk(each) if not any(map(file.path.resolve().is_relative_to, excluded))]
        elif each.path.exists():
            candidates = [each]
        else:
            hint = "Check the spelling, and the folder that you are in."
            missing.append(Diagnostic(Code.PATH_NOT_FOUND, f"`{each.spelled}` does not exist.", None, hint))
            continue
        for file in candidates:
            files.setdefault(file.path.resolve(), file)
    return Found(tuple(files.values()), tuple(missing))


def _walk(folder: ManifestPath) -> Iterator[ManifestPath]:
    for here, folders, names in os.walk(folder.path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.endswith(_SUFFIXES) and not name.startswith(".") and name not in PROJECT_FILE_NAMES:
                path = Path(here, name)
                spelled = Path(folder.spelled, path.relative_to(folder.path))
                yield ManifestPath(path, spelled.as_posix())


def read_file(file: ManifestPath) -> bytes | Diagnostic:
    """Return a file's bytes, or the reason why it can't be read."""
    try:
        return file.path.read_bytes()
    except OSError as error:
        return Diagnostic(Code.FILE_UNREADABLE, f"{error.strerror or error}.", Location(file.spelled))
