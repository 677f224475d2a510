"""Creating several files so that all are there, or none: what was begun and can't be finished is taken back."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from reconciler.cli.output.files import write_atomically
from reconciler.cli.scaffolding.scaffold import NewFile
from reconciler.errors import ReconcilerError


class Creation:
    """The files and folders that were made so far."""

    def __init__(self) -> None:
        self._made: list[Path] = []

    def create(self, file: NewFile) -> None:
        """Write a new file, and the folders that it needs. Raises OSError."""
        for folder in reversed(list(_missing(file.path.parent))):
            folder.mkdir()
            self._made.append(folder)
        # Before the write: an interruption may come between it and the next line.
        self._made.append(file.path)
        write_atomically(file.path, file.text)

    def undo(self) -> None:
        """Remove what was made, the last one first."""
        for path in reversed(self._made):
            with contextlib.suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()


def create_all(files: Iterable[NewFile]) -> None:
    """Create every file or, where one can't be written or the run is interrupted, none. Raises ReconcilerError."""
    creation = Creation()
    try:
        for file in files:
            _create(creation, file)
    except BaseException:
        creation.undo()
        raise


def _create(creation: Creation, file: NewFile) -> None:
    try:
        creation.create(file)
    except OSError as error:
        raise ReconcilerError(
            f"{_where(error, file.path)} can't be written: {error.strerror}; nothing was created",
            hint="Check that the folder is yours to write to, and that there is room.",
        ) from error


def _missing(folder: Path) -> Iterator[Path]:
    while not folder.is_dir() and folder != folder.parent:
        yield folder
        folder = folder.parent


def _where(error: OSError, file: Path) -> str:
    """Name what can't be written: the file, or what stands where a folder of it would."""
    return os.path.relpath(next((path for path in file.parents if str(path) == error.filename), file))
