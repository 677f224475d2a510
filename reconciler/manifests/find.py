"""Finds manifest files: `.yaml` and `.yml`, recursively, hidden files and folders left out, in a stable order."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from reconciler.diagnostics import Code, Diagnostic, Location
from reconciler.project import PROJECT_FILE_NAMES

_SUFFIXES = (".yaml", ".yml")
_PIECE = 256 * 1024
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)  # where texts and bytes differ, bytes


@dataclass(frozen=True, slots=True)
class ManifestPath:
    """A file or folder to read: where it is, and how people spell it.

    `place` is a string in what a search finds, because a `Path` takes longer to make than a file to find. `content`
    stands for what is in the file, where that is not on the disk yet.
    """

    place: Path | str
    spelled: str
    content: bytes | None = None

    @property
    def path(self) -> Path:
        """Where it is."""
        return Path(self.place)


@dataclass(frozen=True, slots=True)
class Found:
    """Files in order, and the paths that lead nowhere or can't be searched. `real` are the files' real paths."""

    files: tuple[ManifestPath, ...]
    diagnostics: tuple[Diagnostic, ...]
    real: tuple[str, ...]


def is_manifest(name: str) -> bool:
    """Tell whether a file in a folder that is searched is a manifest, by its name."""
    return name.endswith(_SUFFIXES) and not name.startswith(".") and name not in PROJECT_FILE_NAMES


def find_files(paths: Iterable[ManifestPath], *, without: Iterable[Path] = ()) -> Found:
    """Find the files under `paths`, each once, leaving out what is under `without`."""
    excluded = [os.path.realpath(path) for path in without]
    files: dict[str, ManifestPath] = {}
    problems: list[Diagnostic] = []
    for each in paths:
        try:
            is_folder, is_there = each.path.is_dir(), each.path.exists()
        except OSError as error:
            problems.append(_unreadable(each.spelled, error))
            continue
        if is_folder:
            for real, file in Walk(problems).files(each):
                if not (excluded and any(is_under(real, folder) for folder in excluded)):
                    files.setdefault(real, file)
        elif is_there or each.content is not None:
            files.setdefault(os.path.realpath(each.path), each)
        else:
            hint = "Check the spelling, and the folder that you are in."
            problems.append(Diagnostic(Code.PATH_NOT_FOUND, f"`{each.spelled}` does not exist.", None, hint))
    problems += (_unwritable_name(file.spelled) for file in files.values() if not file.spelled.isprintable())
    return Found(tuple(files.values()), tuple(problems), tuple(files))


def is_under(path: str, folder: str) -> bool:
    """Tell whether a path is a folder's, or the folder itself."""
    return path == folder or path.startswith(folder if folder.endswith(os.sep) else folder + os.sep)


def _unwritable_name(spelled: str) -> Diagnostic:
    """Report a name that neither a registry nor a report can hold."""
    shown = spelled.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    detail = f"The file name `{shown}` holds bytes or characters that are no text."
    return Diagnostic(Code.FILE_NAME, detail, None, "Rename the file.")


class Walk:
    """One search of a folder, in strings: making a `Path` and asking for links takes longer than finding a file."""

    def __init__(self, problems: list[Diagnostic]) -> None:
        self._problems = problems
        self._around: set[str] = set()

    def files(self, folder: ManifestPath) -> Iterator[tuple[str, ManifestPath]]:
        """Yield the files under a folder, each behind its real path, in order.

        A folder that can't be searched is a problem: its manifests would seem deleted.
        """
        yield from self._under(str(folder.path), os.path.realpath(folder.path), Path(folder.spelled).as_posix())

    def _under(self, here: str, real: str, spelled: str) -> Iterator[tuple[str, ManifestPath]]:
        try:
            with os.scandir(here) as entries:
                listed = sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda e: e.name)
        except OSError as error:
            self._problems.append(_unreadable(spelled, error))
            return
        self._around.add(real)
        folders = []
        within, shown = _joined(real, "", os.sep), _joined(spelled, "")
        for entry in listed:
            name = entry.name
            if _is_folder(entry):
                # A link to a folder that was walked already may be a loop, and what is in it is found anyway.
                if (there := _real(entry, within)) not in self._around:
                    folders.append((entry.path, there, shown + name))
            elif is_manifest(name):
                yield _real(entry, within), ManifestPath(entry.path, shown + name)
        for each in folders:
            yield from self._under(*each)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _real(entry: os.DirEntry[str], within: str) -> str:
    """Resolve symlinks. A loop of them stays as it is: reading it says why."""
    return os.path.realpath(entry.path) if entry.is_symlink() else within + entry.name


def _joined(folder: str, name: str, separator: str = "/") -> str:
    if folder == ".":
        return name
    return folder + name if folder.endswith(separator) else f"{folder}{separator}{name}"


def _unreadable(spelled: str, error: OSError) -> Diagnostic:
    return Diagnostic(Code.FILE_UNREADABLE, f"{error.strerror or error}.", Location(spelled))


def read_file(file: ManifestPath) -> bytes | Diagnostic:
    """Return a file's bytes, or the reason why it can't be read."""
    if file.content is not None:
        return file.content
    try:
        return _content(file.place)
    except OSError as error:
        return _unreadable(file.spelled, error)


def _content(place: Path | str) -> bytes:
    """Read a file to its end, in the fewest calls: what `open` asks beyond them takes as long again."""
    handle = os.open(place, _READ)
    try:
        pieces = []
        while piece := os.read(handle, _PIECE):
            pieces.append(piece)
    finally:
        os.close(handle)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
