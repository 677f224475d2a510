"""A ledger in a local file: locked while it is compared and replaced, readable by its owner alone."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from reconciler.port import RegistryUnavailable
from reconciler.project.private_file import replace_private_file
from reconciler.registry.ledger.place import Held, LedgerMoved


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """A file. Its version is a digest of what it holds; a crash leaves the old content or the new."""

    path: Path
    spelled: str

    def read(self) -> Held | None:
        """Return what it holds; None where there is no such file."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RegistryUnavailable(f"The ledger {self.spelled} can't be read: {error.strerror}") from error
        return Held(content, _version(content))

    def write(self, content: bytes, version: str | None) -> str:
        """Replace what has that version."""
        try:
            self._make_folder()
            with _locked(self.path.with_name(f".{self.path.name}.lock")):
                held = self.read()
                if (held.version if held else None) != version:
                    raise LedgerMoved(f"The ledger {self.spelled} was written by somebody else")
                replace_private_file(self.path, content, durable=True)
        except OSError as error:
            raise RegistryUnavailable(f"The ledger {self.spelled} can't be written: {error.strerror}") from error
        return _version(content)

    def _make_folder(self) -> None:
        """Make the folder where it is missing, and keep it out of git: a ledger may hold sensitive samples."""
        folder = self.path.parent
        if not folder.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / ".gitignore").write_text("*\n", encoding="utf-8")


def _version(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Hold a lock that the system lets go of with the process. Without such locks (Windows) the digest has to do."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with suppress(ImportError):
            import fcntl  # noqa: PLC0415 - not on every system

            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
