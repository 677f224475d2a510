"""The manifests of another commit, for `plan --against` and for what git still knows of manifests that are gone.

They are read from git's objects. A place in them is spelled as git spells it, `v1.2:sessions/user.yaml`: that can be
given to `git show`, and can't be taken for a line of the file that is checked out.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import click

from reconciler.cli.run.inputs import Run
from reconciler.diagnostics import Code, Diagnostic, InvalidInput, Location
from reconciler.manifests import Loaded, ManifestPath, is_manifest, load_manifests
from reconciler.plan import Header
from reconciler.project import BlamedFile, Revision, find_commit, is_shallow, repository_of, why_not

_PLAIN_NAME = re.compile(r"[\w./@~^{}+-]+")
_SHORT_COMMIT = 12


# What a registry says is nobody's promise, and must not become an option of git.
_RECORDED = re.compile(r"([0-9a-f]{7,64})(-dirty)?")


class RecordedCommit(NamedTuple):
    """What a record was applied from; `dirty` tells that its manifest may not have been what the commit has."""

    commit: str
    dirty: bool


def recorded_commit(recorded: str | None) -> RecordedCommit | None:
    """Read a commit as a registry has it; None where it is none."""
    found = _RECORDED.fullmatch(recorded or "")
    return RecordedCommit(found[1], bool(found[2])) if found else None


def inside(top: Path, path: Path) -> str | None:
    """Return a path as git has it, from the top of the repository; None for one that is not in it."""
    real = Path(os.path.realpath(path))
    return real.relative_to(top).as_posix() if real.is_relative_to(top) else None


@dataclass(frozen=True, slots=True)
class Against:
    """A commit to take the manifests from; `name` is how it was asked for."""

    run: Run
    revision: Revision
    name: str

    @classmethod
    def of(cls, run: Run, name: str) -> Against:
        """Find the commit. Raises a usage error where there is none."""
        top = repository_of(run.project.root)
        if top is None:
            why = why_not(run.project.root)
            raise click.UsageError(f"--against needs the git repository of {run.project.root}: {why}.")
        commit = find_commit(top, name)
        if commit is None:
            more = " This clone is shallow: fetch more of its history." if is_shallow(top) else ""
            raise click.UsageError(f"--against {name}: git knows no such commit, branch or tag.{more}")
        return cls(run, Revision(top, commit), name)

    def load(self, paths: Sequence[ManifestPath]) -> Loaded:
        """Load the manifests under `paths`, as the commit has them, with the target's overlays of that commit.

        Overlays that it does not have are none, since the project file is that of today. Raises InvalidInput.
        """
        excluded = [self._inside(each.path) for each in self.run.overlay_paths()]
        loaded = self.laid_over(self._files(paths, without=excluded))
        if not loaded.is_valid:
            raise InvalidInput(loaded.diagnostics, loaded.sources)
        return loaded if self.run.are_all(list(paths)) else loaded.without(Code.OVERLAY_UNKNOWN_TAG)

    def missing_overlays(self) -> list[str]:
        """Return the target's overlays that the commit does not have."""
        return [each.spelled for each in self.run.overlays() if not self.revision.files([self._inside(each.path)])]

    def header(self, header: Header) -> Header:
        """Return a run's head as that of this commit."""
        return replace(header, git_commit=self.revision.commit, git_dirty=False, against=self.name)

    def blamed(self, spelled: str) -> BlamedFile:
        """Return the file that a location of these manifests names, for git to say who wrote it."""
        return BlamedFile(self.revision.top, spelled.removeprefix(self._prefix), self.revision.commit)

    def laid_over(self, files: Iterable[ManifestPath]) -> Loaded:
        """Load files of this commit with the target's overlays of this commit, problems included."""
        overlays = [each for each in self.run.overlays() if self.revision.files([self._inside(each.path)])]
        return load_manifests(
            files,
            overlays=self._files(overlays),
            root=self._virtual(self._inside(self.run.project.root)),
            environment=os.environ,
        )

    def _files(self, paths: Iterable[ManifestPath], *, without: Sequence[str] = ()) -> list[ManifestPath]:
        """Return the files under `paths` with what is in them; a path that is not there stays, to be complained of."""
        found: list[ManifestPath] = []
        for path in map(self._inside, (each.path for each in paths)):
            there = self.revision.files([path])
            if not there:
                found.append(self.file(path, None))
            chosen = [file for file in there if _is_chosen(file, path) and not _is_under(file, without)]
            for file, content in zip(chosen, self.revision.contents(chosen), strict=True):
                if content is None:
                    raise InvalidInput([_unreadable(self._spelled(file))])
                found.append(self.file(file, content))
        return found

    def file(self, path: str, content: bytes | None) -> ManifestPath:
        """Return a file of this commit with its content."""
        return ManifestPath(self._virtual(path), self._spelled(path), content)

    def _virtual(self, path: str) -> Path:
        """Return a place for a path of the commit that is nowhere on the disk, whatever the work tree holds."""
        return Path("/", f".{self.revision.commit}", path)

    def _spelled(self, path: str) -> str:
        return f"{self._prefix}{path}"

    @property
    def _prefix(self) -> str:
        plain = _PLAIN_NAME.fullmatch(self.name)
        return f"{self.name if plain else self.revision.commit[:_SHORT_COMMIT]}:"

    def _inside(self, path: Path) -> str:
        """Return a path as git has it. Raises a usage error for one that is not in the repository."""
        found = inside(self.revision.top, path)
        if found is None:
            raise click.UsageError(f"--against {self.name}: {path} is outside of the git repository.")
        return found


def _is_chosen(file: str, path: str) -> bool:
    """Tell whether a file is read for a path: it is the path, or a manifest below it."""
    below = PurePosixPath(file).relative_to(path)
    hidden = any(part.startswith(".") for part in below.parts)
    return file == path or (is_manifest(below.name) and not hidden)


def _is_under(file: str, folders: Iterable[str]) -> bool:
    return any(PurePosixPath(file).is_relative_to(folder) for folder in folders)


def _unreadable(spelled: str) -> Diagnostic:
    detail = "It is a link that leads to no file of that commit, or git did not give its content."
    return Diagnostic(Code.FILE_UNREADABLE, detail, Location(spelled))
