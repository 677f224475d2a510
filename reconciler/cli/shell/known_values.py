"""What a shell completes beside the words of the command line itself. No registry is asked: it may be far away."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from reconciler.cli.options import Globals
from reconciler.cli.run.inputs import Run
from reconciler.manifests import ManifestPath
from reconciler.project import without_credentials


def targets(context: click.Context, incomplete: str) -> list[CompletionItem[str]]:
    """Return the targets of the project file."""
    project = _run(context, any_target=True).project
    return [
        CompletionItem(name, help=without_credentials(target.registry))
        for name, target in project.targets.items()
        if name.startswith(incomplete)
    ]


def tags(context: click.Context, incomplete: str) -> list[CompletionItem[str]]:
    """Return the tags of the project's manifests."""
    run = _run(context, any_target=False)
    paths = run.manifest_paths(()) or [ManifestPath(run.project.root / "sessions", "sessions")]
    loaded = run.load_for(run.target, [path for path in paths if path.path.exists()])
    return [
        CompletionItem(each.session_type.tag, help=each.session_type.name)
        for each in loaded.desired
        if each.session_type.tag.startswith(incomplete)
    ]


def _run(context: click.Context, *, any_target: bool) -> Run:
    """Gather what the words so far say."""
    around = (context, *((context.parent,) if context.parent else ()))
    named = next((name for each in around if (name := each.params.get("target"))), None)
    return Run.of(Globals(target=None if any_target else named), any_target=any_target)
