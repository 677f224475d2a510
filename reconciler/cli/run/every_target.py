"""What there is to say of manifests that several targets read, each with its overlays."""

from __future__ import annotations

from pathlib import Path

from reconciler import manifests
from reconciler.cli.run.inputs import Run
from reconciler.diagnostics import Code, Diagnostic, Severity, in_order
from reconciler.manifests import Loaded
from reconciler.project import texts_at_head


def found_in(results: list[Loaded], run: Run, *, all_targets: bool) -> tuple[Diagnostic, ...]:
    """Return what was found for all targets, with what git knows if nothing is invalid.

    A comment silences nothing only if that is so wherever its file is read: an overlay may take away what it is about.
    """
    found = {each for loaded in results for each in loaded.diagnostics}
    idle = {each for each in found if each.code is Code.IGNORE_UNUSED}
    kept = (each for each in idle if all_targets and all(_says(loaded, each) for loaded in results))
    problems = in_order([*(found - idle), *kept])
    if any(each.severity is Severity.ERROR for each in problems):
        return problems
    return in_order([*problems, *_renamed(run, results)])


def _says(loaded: Loaded, idle: Diagnostic) -> bool:
    return idle in loaded.diagnostics or idle.location is None or idle.location.file not in loaded.sources


def _renamed(run: Run, results: list[Loaded]) -> tuple[Diagnostic, ...]:
    desired = [each for loaded in results for each in loaded.desired]
    files = {Path(each.location.file): each.location.file for each in desired}
    former = texts_at_head(run.project.root, files)
    return (
        ()
        if not former
        else manifests.renamed_tags(results[0].desired, {files[path]: text for path, text in former.items()})
    )
