"""Writing files so that a crash leaves the old one or the new one, never half of one."""

from __future__ import annotations

import os
from pathlib import Path

from reconciler.errors import ReconcilerError


def write_atomically(file: Path, text: str) -> None:
    """Write a text file in one step, keeping the mode of the one it replaces. Raises OSError.

    What is no file, such as a pipe or `/dev/null`, is written into: a file in its place would break it for everybody.
    """
    if file.exists() and not file.is_file():
        with file.open("w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        return
    import tempfile  # noqa: PLC0415 - slow to import, and few runs write

    file = file.resolve()
    mode = file.stat().st_mode & 0o7777 if file.exists() else 0o666 & ~_umask()
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    temporary = Path(name)
    try:
        with open(descriptor, "w", encoding="utf-8", newline="") as stream:  # noqa: PTH123 - a descriptor, no path
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(mode)
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def read_text(file: Path) -> str:
    """Read a text file that the user named. Raises ReconcilerError."""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise ReconcilerError(f"{file} can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ReconcilerError(f"{file} is not UTF-8 text") from error
