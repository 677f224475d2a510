"""What another commit holds, read from git's objects: the work tree is neither read nor touched."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.project.git.command import LITERALLY, run_git, text_of

_SUBMODULE = "160000"


def repository_of(folder: Path) -> Path | None:
    """Return the top folder of the work tree that `folder` belongs to, links resolved."""
    top = text_of(run_git(folder, "rev-parse", "--show-toplevel"))
    return Path(os.path.realpath(top)) if top else None


def find_commit(folder: Path, named: str) -> str | None:
    """Return the commit that a branch, a tag, a hash or any other spelling names; None where none is."""
    spelled = f"{named}^{{commit}}"
    found = text_of(run_git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", spelled))
    return found if found and not found.startswith("^") else None  # `^HEAD` is all that is not in it


def is_shallow(folder: Path) -> bool:
    """Tell whether the clone lacks the older part of its history."""
    return text_of(run_git(folder, "rev-parse", "--is-shallow-repository")) == "true"


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit of the repository at `top`. Paths are relative to `top`, with slashes; `.` is all of it."""

    top: Path
    commit: str

    def files(self, paths: Iterable[str]) -> list[str]:
        """Return the files at or below any of the paths, sorted; none where the commit has no such path."""
        named = list(paths)
        if not named:
            return []
        limits = [] if "." in named else ["--", *named]
        listed = run_git(self.top, LITERALLY, "ls-tree", "-r", "-z", "--full-tree", self.commit, *limits) or b""
        entries = (entry.partition("\t") for entry in listed.decode("utf-8", "surrogateescape").split("\0") if entry)
        return sorted(path for meta, _, path in entries if not meta.startswith(_SUBMODULE))

    def present(self, paths: Sequence[str]) -> frozenset[str] | None:
        """Return which of the paths the commit has, read or not; None where the commit itself can't be read here."""
        named = ["--", *paths] if paths else []
        listed = run_git(self.top, LITERALLY, "ls-tree", "-z", "--name-only", "--full-tree", self.commit, *named)
        if listed is None:
            return None
        return frozenset(listed.decode("utf-8", "surrogateescape").split("\0")) & frozenset(paths)

    def contents(self, files: Sequence[str]) -> list[bytes | None]:
        """Return what is in each file; None for one that is not there. Links are followed, inside the commit only."""
        return contents(self.top, [(self.commit, file) for file in files])


def contents(top: Path, files: Sequence[tuple[str, str]]) -> list[bytes | None]:
    """Return what is in each file at its commit, all with one call of git."""
    if not files:
        return []
    # A name with a line break can't be asked for, and can't be a manifest's either.
    asked = [f"{commit}:{path}" if "\n" not in path else "" for commit, path in files]
    given = "".join(f"{name}\n" for name in asked).encode("utf-8", "surrogateescape")
    output = run_git(top, "cat-file", "--batch", "--follow-symlinks", given=given)
    if output is None:
        return [None] * len(files)
    found = list(_batch(output))
    return found if len(found) == len(files) else [None] * len(files)


def _batch(output: bytes) -> Iterator[bytes | None]:
    """Read the answers: `<hash> blob <size>`, the content; or `<word> <size>`, a path that leads on; or `… missing`."""
    at = 0
    while at < len(output):
        end = output.index(b"\n", at)
        head = output[at:end]
        at = end + 1
        if head.endswith((b" missing", b" ambiguous")):
            yield None
            continue
        size = int(head.rpartition(b" ")[2])
        yield output[at : at + size] if head.split(b" ")[1:2] == [b"blob"] else None
        at += size + 1
