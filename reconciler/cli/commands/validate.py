"""`reconciler validate`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from reconciler import __version__, plan, render
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.help import DocumentedCommand, page
from reconciler.cli.options import Globals, format_option, global_options, paths_argument
from reconciler.cli.output.console import Console
from reconciler.cli.output.reporting import diagnostics_report, reported
from reconciler.cli.run.every_target import found_in
from reconciler.cli.run.inputs import Run
from reconciler.cli.run.policies import Policies
from reconciler.diagnostics import Code, Diagnostic, InvalidInput, Severity, in_order
from reconciler.manifests import Loaded, Sources
from reconciler.render.values import counted

if TYPE_CHECKING:
    from reconciler.plan import DiagnosticEntry

_FOR_A_LOG = ("text", "github")  # anybody may add a line to these


def _document(entries: Iterable[DiagnosticEntry]) -> dict[str, Any]:
    listed = list(entries)
    errors = sum(each["severity"] == "error" for each in listed)
    return {
        "format_version": "1.0",
        "reconciler_version": __version__,
        "valid": not errors,
        "error_count": errors,
        "warning_count": len(listed) - errors,
        "diagnostics": listed,
    }


def _reported(function: Any) -> Any:
    return reported(function, document=_document)


@click.command(
    "validate",
    cls=DocumentedCommand,
    page=page(
        "reconciler validate sessions/\nreconciler validate --format sarif > validate.sarif",
        ExitCode.OK,
        ExitCode.ERROR,
        ExitCode.INVALID,
    ),
)
@paths_argument
@click.option("--strict", is_flag=True, help="Count warnings as errors.")
@format_option("text", "json", "github", "junit", "sarif", "codequality")
@global_options
@_reported
def command(console: Console, given: Globals, /, **options: Any) -> None:
    """Check manifests and project file without a registry, and report every problem at once.

    Without --target, the manifests are checked as every target has them. What is wrong is told on stderr; stdout gets
    it in a format for machines: json, github (annotations of a workflow step), junit (XML), sarif (code
    scanning) or codequality (GitLab's merge requests).
    """
    run = Run.of(given, any_target=True)
    paths = run.require_paths(options["paths"], command="validate")
    targets = [run.target] if given.target else list(run.project.targets.values()) or [run.target]
    policies = Policies(run, console)
    results = [policies.judged(run.load_for(target, paths), target) for target in targets]
    unmatched = policies.unmatched(options["paths"], results)
    sources = Sources({}).together(loaded.sources for loaded in results)
    found = found_in(results, run, all_targets=not given.target)
    diagnostics = in_order(sources.cleaned([*unmatched, *found]))
    if not diagnostics and not any(loaded.desired for loaded in results):
        raise InvalidInput([Diagnostic(Code.NO_MANIFESTS, "There is no `.yaml` or `.yml` file with a manifest in it.")])
    if options["strict"]:
        diagnostics = tuple(replace(each, severity=Severity.ERROR) for each in diagnostics)
    if any(each.severity is Severity.ERROR for each in diagnostics):
        raise InvalidInput(diagnostics, sources)
    if diagnostics:
        console.err(render.render_diagnostics(diagnostics, sources, console.err_paint))
    form = options["output_format"]
    report = diagnostics_report(form, (plan.diagnostic_entry(each) for each in diagnostics), _document)
    if report:
        console.out(report)
    if form in _FOR_A_LOG:
        console.out(_success(results))
        if policies.waived:
            console.out(f"{counted(len(policies.waived), 'policy finding')} waived.")


def _success(results: list[Loaded]) -> str:
    count = max(len(loaded.desired) for loaded in results)
    verb = "is" if count == 1 else "are"
    return f"Success! {counted(count, 'manifest')} {verb} valid."
