"""`reconciler init`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.help import DocumentedCommand, page
from reconciler.cli.options import Globals, global_options
from reconciler.cli.output.console import Console
from reconciler.cli.output.reporting import reported
from reconciler.cli.run.inputs import here, spelled
from reconciler.cli.scaffolding.creation import create_all
from reconciler.cli.scaffolding.git_ignore import ignore_state_folder
from reconciler.cli.scaffolding.new_registry import checked_registry, live_tags
from reconciler.cli.scaffolding.scaffold import (
    CI_SYSTEMS,
    GITLAB_JOBS,
    GITLAB_PIPELINE,
    MANIFESTS,
    NewFile,
    NewProject,
    ci_files,
    example_manifest,
    project_file,
)
from reconciler.errors import ReconcilerError
from reconciler.manifests import ManifestPath, find_files
from reconciler.project import DEFAULT_PRODUCT, DEFAULT_REGISTRY, find_project_file
from reconciler.render.values import counted, safe

_NEXT = """
Next:
  reconciler validate   check the manifests
  reconciler plan       show what apply would change
  reconciler apply      make the registry match the manifests"""


@click.command(
    "init",
    cls=DocumentedCommand,
    page=page(
        "reconciler init\n"
        "reconciler init --product storefront --registry https://registry.example.com --ci github\n"
        "reconciler init --registry 'postgresql://app:${REGISTRY_PASSWORD}@db/registry'",
        ExitCode.OK,
        ExitCode.ERROR,
    ),
)
@click.option("--ci", type=click.Choice(CI_SYSTEMS), help="Write a CI workflow, too; also into an existing project.")
@global_options
@reported
def command(console: Console, given: Globals, /, **options: Any) -> None:
    """Begin a project in the working directory: a reconciler.yaml and an example manifest.

    Nothing that is there is overwritten: it is left as it is, and said. The example is written only where there are no
    manifests yet, and nothing is live. --product, --registry and --target say what the project file holds.

    In a git repository, .reconciler/ is added to .gitignore where the embedded registry will be in it.
    """
    root = here()
    found = find_project_file(root)
    if found:
        _extend(console, found, given, options["ci"])
        return
    registry = given.registry or DEFAULT_REGISTRY
    product = given.product or DEFAULT_PRODUCT
    target = given.target or ("local" if registry.startswith("sqlite:") else "server")
    address = checked_registry(registry)
    live = live_tags(address, root, product=product, target=target)
    has_manifests = bool(find_files([ManifestPath(root / MANIFESTS, MANIFESTS)]).files)
    example = () if has_manifests or live.tags else (example_manifest(root),)
    # The project file comes last: as long as it is not there, a rerun does all that a killed one left undone.
    _create(console, [*example, *_ci(root, options["ci"]), project_file(root, NewProject(product, target, registry))])
    if has_manifests:
        console.out(f"left {MANIFESTS}/, which has manifests already")
    if live.unknown:
        console.err(f"Note: whether the registry holds session types already is not known: {live.unknown}.")
    if options["ci"] and registry.startswith("sqlite:"):
        console.err(
            "Note: in CI the embedded registry is a new one in each run. Name one that CI can reach under targets."
        )
    ignore_state_folder(console, root, address)
    console.out(_pull_first(live.tags) if live.tags else _NEXT)


def _extend(console: Console, found: Path, given: Globals, system: str | None) -> None:
    """Add a CI workflow to a project that is there. Raises ReconcilerError where something else was asked for."""
    named = spelled(found, here())
    if system is None or given.product or given.registry or given.target:
        raise ReconcilerError(
            f"This is a project already: {named}; nothing was written",
            hint="Edit that file to change it. `reconciler init --ci github` or `--ci gitlab` adds a CI workflow.",
        )
    _create(console, [*_ci(found.parent, system)])


def _ci(root: Path, system: str | None) -> tuple[NewFile, ...]:
    return ci_files(system, root) if system else ()


def _create(console: Console, files: list[NewFile]) -> None:
    present = [file for file in files if os.path.lexists(file.path)]
    created = [file for file in files if file not in present]
    create_all(created)
    for verb, of_verb in (("created", created), ("left", present)):
        for file in of_verb:
            suffix = ", which is there already" if verb == "left" else ""
            console.out(f"{verb} {safe(spelled(file.path, here()))}{suffix}")
    if any(file.path.name == GITLAB_PIPELINE for file in present):
        console.out(f"To use the jobs, add to {GITLAB_PIPELINE}:\n  include:\n    - local: {GITLAB_JOBS}")


def _pull_first(tags: tuple[str, ...]) -> str:
    verb = "is" if len(tags) == 1 else "are"
    return f"""
{counted(len(tags), "session type")} {verb} live in the registry already, so no example was written.

Next:
  reconciler pull       write what is live into manifests
  reconciler plan       show what apply would change: nothing, then
  reconciler apply --adopt   record that this project owns them"""
