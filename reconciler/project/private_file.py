"""Files of this user's own: caches, credentials, ledgers."""

from __future__ import annotations

import os
from pathlib import Path


def replace_private_file(file: Path, content: bytes, *, durable: bool = False) -> None:
    """Write a file in one step; mkstemp makes it readable by its owner alone. Raises OSError.

    Only what is `durable` is synced: a cache finds half a file out by its digest.
    """
    import tempfile  # noqa: PLC0415 - slow to import, and few runs write

    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            if durable:
                stream.flush()
                os.fsync(stream.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
