"""What texts say, kept from run to run, so that only changed manifests meet the parser and the rules.

A cache may never make a wrong plan. An entry belongs to a text, by its digest; a file to one version of this program
and of Python; a digest covers the file; and anything that is not exactly that is a miss. A text with `${…}` is never
here, nor any that the parser has something to say about: `quick_manifests` does not take them. A file is replaced in
one step, and holds what the last run of its project read, so it does not grow; of the files, the newest few are kept.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from reconciler import __version__
from reconciler.manifests.quick import QuickManifest, quick_manifests
from reconciler.project.private_file import replace_private_file

_FORMAT = "reconciler-parses-2"
_FILES_MAX = 16
_DIGEST_BYTES = 32
LEAST = 3_000  # below so many new texts, a second process costs more than it saves
_READING = ("nodes", "session_type", "values")  # the packages that decide what a text says


@dataclass(slots=True)
class ParseCache:
    """The cache of one project. Without a file it only parses; fewer than `least` new texts are not worth writing."""

    file: Path | None = None
    least: int = 50
    _known: dict[bytes, list[QuickManifest] | None] = field(default_factory=dict)
    _used: dict[bytes, list[QuickManifest]] = field(default_factory=dict)
    _keys: dict[str, bytes] = field(default_factory=dict)
    _news: int = 0

    @classmethod
    def of(cls, folder: Path | None, root: Path, *, least: int = 50) -> ParseCache:
        """Open the cache of the project at `root`; without a folder there is none."""
        if folder is None:
            return cls()
        file = folder / (hashlib.sha256(os.fsencode(root)).hexdigest()[:32] + ".parses")
        return cls(file, least, _load(file))

    def prepare(self, texts: Collection[str]) -> None:
        """Read those that are new, where they are many: together they are read faster."""
        if len(texts) < LEAST:
            return
        new = {key: text for text in texts if (key := self._key(text)) not in self._known}
        if len(new) >= LEAST:
            from reconciler.manifests.two_processes import read_all  # noqa: PLC0415 - most runs have few that are new

            found = read_all(list(new.values()))
            self._known |= zip(new, found, strict=True)
            self._news += sum(each is not None for each in found)

    def manifests(self, text: str) -> list[QuickManifest] | None:
        """Return what `quick_manifests` does, from the cache where it is there."""
        key = self._key(text)
        if key in self._known:
            found = self._known[key]
        else:
            found = quick_manifests(text)
            self._news += found is not None
        if found is not None:
            self._used[key] = found
        return found

    def _key(self, text: str) -> bytes:
        key = self._keys.get(text)
        if key is None:
            key = self._keys[text] = hashlib.blake2b(text.encode(), digest_size=16).digest()
        return key

    def save(self) -> None:
        """Keep what this run read, where enough of it is new. Not being able to is no error."""
        if self.file is None or self._news < max(self.least, len(self._used) // 20):
            return
        body = marshal.dumps(self._used)
        with suppress(OSError):
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_private_file(self.file, _head(body) + body)
            _remove_old(self.file.parent)


def _load(file: Path) -> dict[bytes, list[QuickManifest] | None]:
    try:
        content = file.read_bytes()
    except OSError:
        return {}
    body = content[_DIGEST_BYTES:]
    if content[:_DIGEST_BYTES] != _head(body):
        return {}
    found: dict[bytes, list[QuickManifest] | None] = marshal.loads(body)  # noqa: S302 - this user's own file, as it was written
    return found


def _head(body: bytes) -> bytes:
    """Return the digest of a body, and of all that its meaning depends on."""
    digest = hashlib.sha256(repr((_FORMAT, __version__, sys.version, _code())).encode())
    digest.update(body)
    return digest.digest()


def _code() -> list[tuple[str, int]]:
    """Return when the code was written that reads: while it is worked on, the version stays the same.

    The parser's is with it, which may be brought up to date without us.
    """
    with suppress(OSError):
        parser = find_spec("_ruamel_yaml")
        own = Path(quick_manifests.__code__.co_filename)
        folders = (own.parents[1] / name for name in _READING)
        libraries = [Path(parser.origin)] if parser and parser.origin else []
        files = [own, *libraries, *(file for folder in folders for file in folder.rglob("*.py"))]
        return sorted((file.name, file.stat().st_mtime_ns) for file in files)
    return []


def _remove_old(folder: Path) -> None:
    files = sorted(folder.glob("*.parses"), key=lambda each: each.stat().st_mtime, reverse=True)
    for each in files[_FILES_MAX:]:
        each.unlink(missing_ok=True)
