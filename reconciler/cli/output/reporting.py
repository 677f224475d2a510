"""Turns what stops a command into a message, a document where one is due, and an exit code."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import wraps
from typing import Any

import click

from reconciler import __version__
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.options import Command, Globals
from reconciler.cli.output.console import Console
from reconciler.cli.output.delivery import Delivery
from reconciler.cli.output.github_files import Ending
from reconciler.cli.run.inputs import Run
from reconciler.diagnostics import InvalidInput
from reconciler.errors import ReconcilerError
from reconciler.manifests import Loaded
from reconciler.plan import DiagnosticEntry, Header, StalePlan, diagnostic_entry, error_document
from reconciler.port import RegistryDenied, RegistryUnavailable, StaleRecord
from reconciler.registry import UnsupportedRegistry
from reconciler.render import render_diagnostics, render_error, render_json
from reconciler.render.values import safe
from reconciler.runtime.errors import InvalidSessionData

ErrorDocument = Callable[[Iterable[DiagnosticEntry]], Any]


def plan_error_document(entries: Iterable[DiagnosticEntry]) -> Any:
    """Return the plan document of a run that failed."""
    return error_document(_header(), entries)


def _header() -> Header:
    """Return a head that names the target as a run that succeeds does, as far as that is known."""
    context = click.get_current_context(silent=True)
    given = context.obj if context and isinstance(context.obj, Globals) else Globals()
    now, product = datetime.now(UTC), given.product or "default"
    try:
        run = Run.of(given)
    except ReconcilerError:
        return Header(__version__, now, product=product, target=given.target)
    return Header(__version__, now, product=run.product, project=run.owner, target=run.target.name)


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
            delivery.conclude(Ending(code, _saved(options)))
        except ReconcilerError as error:
            console.err(render_error(error, console.err_paint))
            return code or ExitCode.ERROR
        return code

    def attempt(console: Console, delivery: Delivery, given: Globals, options: dict[str, Any]) -> ExitCode:
        try:
            delivery.check(_saved(options))
            code = ExitCode(function(console, given, **options) or ExitCode.OK)
            return _cut(console) if console.was_cut and code in {ExitCode.OK, ExitCode.CHANGES} else code
        except InvalidInput as error:
            console.err(render_diagnostics(error.diagnostics, error.sources, console.err_paint))
            entries = [diagnostic_entry(each) for each in error.diagnostics]
            code = ExitCode.INVALID
        except ReconcilerError as error:
            told = ReconcilerError(console.guarded(error.message), hint=console.guarded(error.hint))
            console.err(render_error(told, console.err_paint))
            entries = _entries(error, console) or [error_entry(told.message, told.hint)]
            if len(entries) > 1:
                console.err("\n".join(f"  - {safe(entry['detail'])}" for entry in entries))
            if console.verbose:
                console.err(console.guarded(traceback.format_exc()))
            code = _exit_code(error, given)
        if document is not plan_error_document:
            return _said(console, diagnostics_report(options.get("output_format"), entries, document), code)
        report = document(entries)
        try:
            delivery.write(report)
        except ReconcilerError as error:
            console.err(render_error(error, console.err_paint))
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
            return render_json(document(entries))
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
        console.err(render_diagnostics(loaded.diagnostics, loaded.sources, console.err_paint))


def _exit_code(error: ReconcilerError, given: Globals) -> ExitCode:
    match error:
        case UnsupportedRegistry():
            return ExitCode.USAGE if given.registry else ExitCode.INVALID
        case RegistryUnavailable() | RegistryDenied():
            return ExitCode.UNREACHABLE
        case StaleRecord() | StalePlan():
            return ExitCode.STALE
        case _:
            return ExitCode.ERROR


def _entries(error: ReconcilerError, console: Console) -> list[DiagnosticEntry]:
    """Return all that is wrong with a session's data, each with where it stands; nothing for any other error."""
    problems = error.problems if isinstance(error, InvalidSessionData) else ()
    return [error_entry(console.guarded(f"{each.pointer}: {each.message}"), "") for each in problems]


def error_entry(message: str, hint: str) -> DiagnosticEntry:
    """Return the entry of an error that has no place in a file."""
    return {"severity": "error", "code": "error", "summary": message, "detail": message, "hint": hint, "location": None}
