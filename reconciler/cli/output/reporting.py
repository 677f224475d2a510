"""Turns what stops a command into a message, a document where one is due, and an exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeAlias

from reconciler import plan, render
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.options import Command, Globals
from reconciler.cli.output.console import Console
from reconciler.cli.output.delivery import Delivery
from reconciler.errors import ReconcilerError
from reconciler.manifests import Loaded

if TYPE_CHECKING:
    from reconciler.plan import DiagnosticEntry

ErrorDocument: TypeAlias = "Callable[[Iterable[DiagnosticEntry]], Any]"


def plan_error_document(entries: Iterable[DiagnosticEntry]) -> Any:
    """Return the plan document of a run that failed."""
    from reconciler.cli.output.failing import header_of_failure  # noqa: PLC0415 - only for a run that failed

    return plan.error_document(header_of_failure(), entries)


def reported(function: Command, *, document: ErrorDocument = plan_error_document) -> Command:
    """Wrap a command: it gets a console, and its errors become messages and an exit code.

    With a `--format` for machines stdout holds one document, on an error too, and so does every report. Wrong usage may
    come to light before the command runs, so it is left to `tell_usage`, which finds the command's kind of document
    on its callback.
    """

    @wraps(function)
    def run(given: Globals, **options: Any) -> int:
        console = Console(no_color=given.no_color, verbose=given.verbose)
        delivery = Delivery.of(options)
        code = attempt(console, delivery, given, options)
        try:
            delivery.conclude(code, _saved(options))
        except ReconcilerError as error:
            console.err(render.render_error(error, console.err_paint))
            return code or ExitCode.ERROR
        return code

    def attempt(console: Console, delivery: Delivery, given: Globals, options: dict[str, Any]) -> ExitCode:
        try:
            delivery.check(_saved(options))
            code = ExitCode(function(console, given, **options) or ExitCode.OK)
            return _cut(console) if console.was_cut and code in {ExitCode.OK, ExitCode.CHANGES} else code
        except ReconcilerError as error:
            from reconciler.cli.output.failing import told  # noqa: PLC0415 - only for a run that failed

            entries, code = told(error, console, given)
        if document is not plan_error_document:
            return _said(console, diagnostics_report(options.get("output_format"), entries, document), code)
        report = document(entries)
        try:
            delivery.write(report)
        except ReconcilerError as error:
            console.err(render.render_error(error, console.err_paint))
        return _said(console, delivery.text(report) if delivery.is_machine else None, code)

    run.error_document = document  # type: ignore[attr-defined]
    return run


def _saved(options: Mapping[str, Any]) -> str:
    """Return the file of the saved plan that a command writes or carries out."""
    return options.get("out") or options.get("saved") or ""


def _said(console: Console, report: str | None, code: ExitCode) -> ExitCode:
    if report is not None:
        console.out(report)
    return code


def diagnostics_report(form: str | None, entries: Iterable[DiagnosticEntry], document: ErrorDocument) -> str | None:
    """Return the diagnostics in a format for machines; None for any other. `document` is what JSON holds."""
    match form:
        case "json":
            return render.render_json(document(entries))
        case "github" | "junit" | "codequality" | "sarif":
            from reconciler.render.diagnostics.formats import render_diagnostics_as  # noqa: PLC0415 - few runs need it

            return render_diagnostics_as(form, entries)
        case _:
            return None


def _cut(console: Console) -> ExitCode:
    """Say that nobody read the report to the end: it must not look like an answer."""
    console.err("The reader of stdout went away before the report was complete; what was begun was done.")
    return ExitCode.ERROR


def say_warnings(console: Console, loaded: Loaded) -> None:
    """Say what is odd about valid manifests. From here on the console knows what is sensitive in them."""
    console.keep_secret(loaded.secrets())
    if loaded.diagnostics:
        console.err(render.render_diagnostics(loaded.diagnostics, loaded.sources, console.err_paint))
