"""What a run works on: project, target, manifests, and the header of its documents."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler import __version__
from reconciler.cli.options import Globals
from reconciler.diagnostics import Code, InvalidInput
from reconciler.errors import ReconcilerError
from reconciler.manifests import Loaded, ManifestPath, ParseCache, load_manifests
from reconciler.project import (
    Project,
    Secret,
    Target,
    cache_folder,
    find_project_file,
    load_project,
    registry_token,
    without_credentials,
)

if TYPE_CHECKING:
    from reconciler.plan import Header
    from reconciler.port import ImpactReader

_NO_MANIFESTS = (
    "No manifests to work on. Name files or folders (`reconciler {command} sessions/`), "
    "or list them under `manifests:` in a reconciler.yaml."
)


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that options, project file and environment say before a manifest is read."""

    project: Project
    target: Target
    registry: str
    product: str
    owner: str
    token: Secret | None = field(default=None, repr=False)

    @property
    def ledger(self) -> str | None:
        """Where the target's ledger is: it is of the target's registry, and of no other that takes its place."""
        return self.target.ledger if self.registry == self.target.registry else None

    def reader(self) -> AbstractContextManager[ImpactReader]:
        """Open the registry for reading."""
        from reconciler.registry import open_reader  # noqa: PLC0415 - validate asks no registry

        root = self.project.root
        return open_reader(self.registry, product=self.product, root=root, token=self.token, ledger=self.ledger)

    @classmethod
    def of(cls, given: Globals, *, any_target: bool = False) -> Run:
        """Gather it; with `any_target` several targets without a default are fine. Raises InvalidInput."""
        folder = here()
        file = find_project_file(folder)
        project = load_project(file, spelled(file, folder), os.environ) if file else Project(folder)
        target = Target() if any_target and not given.target else project.target(given.target)
        product = given.product or project.product
        # A target's own token is for its registry, and not for one that --registry puts in the default target's place.
        named = given.target if given.registry else target.name
        token = registry_token(named, os.environ)
        return cls(project, target, given.registry or target.registry, product, project.name or product, token)

    def manifest_paths(self, paths: Sequence[str]) -> list[ManifestPath]:
        """Return where the manifests are: the given paths, or what the project file lists."""
        if paths:
            return [ManifestPath(Path(path), path) for path in paths]
        return self.paths_of_project(self.project.manifests)

    def require_paths(self, paths: Sequence[str], *, command: str) -> list[ManifestPath]:
        """Return where the manifests are. Raises a usage error where none are named."""
        found = self.manifest_paths(paths)
        if not found:
            raise click.UsageError(_NO_MANIFESTS.format(command=command))
        return found

    def scope(self, paths: Sequence[str]) -> tuple[str, ...] | None:
        """Return where this run looks for manifests, relative to the project; None for everywhere."""
        named = self.manifest_paths(paths)
        if not paths or (self.project.manifests and self.are_all(named)):
            return None
        return tuple(spelled(each.path, self.project.root) for each in named)

    def overlay_paths(self) -> list[ManifestPath]:
        """Return where the overlays of all targets are."""
        return self.paths_of_project(overlay for target in self.project.targets.values() for overlay in target.overlays)

    def load(self, paths: Sequence[str], *, command: str) -> Loaded:
        """Load the manifests. Raises a usage error where none are named, and InvalidInput for what is wrong in them."""
        return usable(self.load_for(self.target, self.require_paths(paths, command=command)))

    def overlays(self) -> list[ManifestPath]:
        """Return where this target's overlays are."""
        return self.paths_of_project(self.target.overlays)

    def load_for(
        self, target: Target, paths: Iterable[ManifestPath], *, overlays: Iterable[ManifestPath] | None = None
    ) -> Loaded:
        """Load the manifests as a target has them, problems included.

        An overlay is no mistake for being of a manifest that the project lists and this run does not name.
        """
        named = list(paths)
        loaded = load_manifests(
            named,
            overlays=self.paths_of_project(target.overlays) if overlays is None else overlays,
            without=[overlay.path for overlay in self.overlay_paths()],
            root=self.project.root,
            environment=os.environ,
            cache=ParseCache.of(cache_folder(os.environ, "parses"), self.project.root),
        )
        return loaded if self.are_all(named) else loaded.without(Code.OVERLAY_UNKNOWN_TAG)

    def are_all(self, paths: list[ManifestPath]) -> bool:
        """Tell whether the paths are all that the project lists."""
        listed = {each.path.resolve() for each in self.paths_of_project(self.project.manifests)}
        return listed <= {each.path.resolve() for each in paths}

    def header(self, loaded: Loaded, paths: Sequence[str]) -> Header:
        """Return the head of this run's documents."""
        from reconciler.plan import Header  # noqa: PLC0415 - validate has no document
        from reconciler.project import git_state  # noqa: PLC0415 - as above

        git = git_state(self.project.root, self._own_paths(paths))
        return Header(
            reconciler_version=__version__,
            timestamp=datetime.now(UTC),
            product=self.product,
            project=self.owner,
            registry=without_credentials(self.registry),
            target=self.target.name,
            manifests=len(loaded.desired),
            manifest_paths=tuple(spelled(each.path, self.project.root) for each in self.manifest_paths(paths)),
            manifest_digest=loaded.digest(),
            git_commit=git.commit,
            git_dirty=git.dirty,
        )

    def _own_paths(self, paths: Sequence[str]) -> list[str]:
        """Return what a plan is made from, below the project's folder and relative to it: only that can be dirty."""
        root = self.project.root.resolve()
        files = [each.path.resolve() for each in (*self.manifest_paths(paths), *self.overlays())]
        if self.project.file:
            files.append(root / Path(self.project.file).name)
        return [str(each.relative_to(root)) for each in files if each.is_relative_to(root)] or ["."]

    def paths_of_project(self, paths: Iterable[str]) -> list[ManifestPath]:
        """Return paths that are relative to the project."""
        folder = here()
        return [ManifestPath(self.project.root / path, spelled(self.project.root / path, folder)) for path in paths]


def here() -> Path:
    """Return the working directory. Raises ReconcilerError where it is gone."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise ReconcilerError("The working directory does not exist any more") from None


def usable(loaded: Loaded) -> Loaded:
    """Return the manifests of one target as a run works on them. Raises InvalidInput for what is wrong in them."""
    if not loaded.is_valid:
        raise InvalidInput(loaded.diagnostics, loaded.sources)
    # What an overlay of this target takes away may be there for another one: validate, which sees all, tells.
    return loaded.without(Code.IGNORE_UNUSED)


def spelled(path: Path, folder: Path) -> str:
    """Return a path as one would type it in a folder."""
    return Path(os.path.relpath(path, folder)).as_posix()
