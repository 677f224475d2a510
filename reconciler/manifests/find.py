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
    """A file or folder to read: where it is, and how people spell it.

    `content` stands for what is in the file, where that is not on the disk yet.
    """

    path: Path
    spelled: str
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Files in order, and the paths that lead nowhere or can't be searched."""

    files: tuple[ManifestPath, ...]
    diagnostics: tuple[Diagnostic, ...]


def is_manifest(name: str) -> bool:
    """Tell whether a file in a folder that is searched is a manifest, by its name."""
    return name.endswith(_SUFFIXES) and not name.startswith(".") and name not in PROJECT_FILE_NAMES


def find_files(paths: Iterable[ManifestPath], *, without: Iterable[Path] = ()) -> Found:
    """Find the files under `paths`, each once, leaving out what is under `without`."""
    excluded = [_real(path) for path in without]
    files: dict[Path, ManifestPath] = {}
    problems: list[Diagnostic] = []
    for each in paths:
        try:
            is_folder, is_there = each.path.is_dir(), each.path.exists()
        except OSError as error:
            problems.append(_unreadable(each.spelled, error))
            continue
        if is_folder:
            found = ((_real(file.path), file) for file in _walk(each, problems))
            for real, file in found:
                if not any(map(real.is_relative_to, excluded)):
                    files.setdefault(real, file)
        elif is_there or each.content is not None:
            files.setdefault(_real(each.path), each)
        else:
            hint = "Check the spelling, and the folder that you are in."
            problems.append(Diagnostic(Code.PATH_NOT_FOUND, f"`{each.spelled}` does not exist.", None, hint))
    problems += filter(None, map(_unwritable_name, files.values()))
    return Found(tuple(files.values()), tuple(problems))


def _unwritable_name(file: ManifestPath) -> Diagnostic | None:
    """Report a name that neither a registry nor a report can hold."""
    if file.spelled.isprintable():
        return None
    shown = file.spelled.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    detail = f"The file name `{shown}` holds bytes or characters that are no text."
    return Diagnostic(Code.FILE_NAME, detail, None, "Rename the file.")


def _real(path: Path) -> Path:
    """Resolve symlinks. A loop of them, which `Path.resolve` raises for, stays as it is: reading it says why."""
    return Path(os.path.realpath(path))


def _walk(folder: ManifestPath, problems: list[Diagnostic]) -> Iterator[ManifestPath]:
    """Yield the files under a folder. One that can't be searched is a problem: its manifests would seem deleted."""

    def report(error: OSError) -> None:
        problems.append(_unreadable(_spelled(folder, Path(error.filename)), error))

    around: set[Path] = set()
    for here, folders, names in os.walk(folder.path, onerror=report, followlinks=True):
        around.add(_real(Path(here)))
        # A link to a folder that was walked already may be a loop, and what is in it is found anyway.
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and _real(Path(here, name)) not in around
        )
        for name in sorted(names):
            if is_manifest(name):
                path = Path(here, name)
                yield ManifestPath(path, _spelled(folder, path))


def _spelled(folder: ManifestPath, path: Path) -> str:
    return Path(folder.spelled, path.relative_to(folder.path)).as_posix()


def _unreadable(spelled: str, error: OSError) -> Diagnostic:
    return Diagnostic(Code.FILE_UNREADABLE, f"{error.strerror or error}.", Location(spelled))


def read_file(file: ManifestPath) -> bytes | Diagnostic:
    """Return a file's bytes, or the reason why it can't be read."""
    if file.content is not None:
        return file.content
    try:
        return file.path.read_bytes()
    except OSError as error:
        return _unreadable(file.spelled, error)
