"""Where the master key comes from: `RECONCILER_MASTER_KEY`, or else a file.

The file is its owner's alone. It belongs to one machine; processes on several need the variable. It is made for a
database without session keys only: to one that has some, a new master key would be a wrong one. Who knows that is
`unlocking`, and so nothing here makes the file by itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from reconciler.registry.url import Address, SqliteFile, parse_database_url
from reconciler.runtime.keyring import KEY_BYTES, MasterKey, MasterKeyError

VARIABLE = "RECONCILER_MASTER_KEY"
_OTHERS = 0o077


class MasterKeyMissing(MasterKeyError):
    """There is no master key: neither the variable nor the file."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            f"The master key file {file} is missing, and {VARIABLE} is not set",
            hint="The session keys in the database are locked, and a new master key would not open them. Set "
            f"{VARIABLE} to the one that they were locked with, or put its file back. If it is lost for good, so are "
            "the sessions: take each key out of use with `reconciler keys retire`, and a new master key is made.",
        )
        self.file = file


class MasterKeySource:
    """Reads the master key when it is first asked for. May be used by several threads at once."""

    def __init__(self, environment: Mapping[str, str], file: Path) -> None:
        self._given = environment.get(VARIABLE, "").strip()
        self._file = file
        self._key: MasterKey | None = None
        self._reading = Lock()

    def __call__(self) -> MasterKey:
        """Return the master key. Raises MasterKeyError; MasterKeyMissing where there is none."""
        with self._reading:
            if self._key is None:
                self._key = MasterKey.parse(self._given, source=VARIABLE) if self._given else read(self._file)
            return self._key


def default_master_key_file(url: str, root: Path) -> Path:
    """Return where the master key of the database at a URL is kept."""
    return master_key_file(parse_database_url(url, root), root)


def master_key_file(address: Address, root: Path) -> Path:
    """Return where the master key of a registry's database is kept: beside an SQLite file, else in the project."""
    if isinstance(address, SqliteFile):
        return address.path.with_name(address.path.name + ".key")
    return root / ".reconciler" / "master.key"


def read_or_make(file: Path) -> MasterKey:
    """Read the master key from a file, made with a new one if it is missing. Not for a database with session keys."""
    with _legible(file):
        if not file.exists():
            _make(file)
    return read(file)


def read(file: Path) -> MasterKey:
    """Read the master key from a file. Raises MasterKeyError; MasterKeyMissing where there is no file."""
    with _legible(file):
        if not file.exists():
            raise MasterKeyMissing(file)
        if os.name == "posix" and file.stat().st_mode & _OTHERS:
            raise MasterKeyError(f"The master key in {file} can be read by others", hint=f"Run `chmod 600 {file}`.")
        return MasterKey.parse(file.read_text(encoding="ascii"), source=str(file))


@contextmanager
def _legible(file: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        raise MasterKeyError(
            f"The master key can't be read from or written to {file}: {getattr(error, 'strerror', None) or error}",
            hint=f"Check the file and its folder, or set {VARIABLE}.",
        ) from error


def _make(file: Path) -> None:
    """Make the file, whole or not at all; of several processes that do so at once, one wins."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{os.getpid()}.{os.urandom(4).hex()}")
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as written:
            written.write(MasterKey(os.urandom(KEY_BYTES)).text + "\n")
            written.flush()
            os.fsync(written.fileno())
        try:
            os.link(draft, file)
        except FileExistsError:
            return
    finally:
        draft.unlink()
