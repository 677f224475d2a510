"""What an error that stopped a command becomes: words on stderr, entries of a document, an exit code."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime

import click

from reconciler import __version__
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.options import Globals
from reconciler.cli.output.console import Console
from reconciler.cli.run.inputs import Run
from reconciler.diagnostics import InvalidInput
from reconciler.errors import ReconcilerError
from reconciler.plan import DiagnosticEntry, Header, StalePlan, diagnostic_entry
from reconciler.port import RegistryDenied, RegistryUnavailable, StaleRecord
from reconciler.registry import UnsupportedRegistry
from reconciler.render import render_diagnostics, render_error
from reconciler.render.values import safe
from reconciler.runtime.errors import InvalidSessionData

# What the API has in a field of the request, the shell has in an option.
_OPTIONS = {"/expires_in": "--expires-in"}


def told(error: ReconcilerError, console: Console, given: Globals) -> tuple[list[DiagnosticEntry], ExitCode]:
    """Say what went wrong, and return it as entries, with the exit code."""
    if isinstance(error, InvalidInput):
        console.err(render_diagnostics(error.diagnostics, error.sources, console.err_paint))
        return [diagnostic_entry(each) for each in error.diagnostics], ExitCode.INVALID
    said = ReconcilerError(console.guarded(error.message), hint=console.guarded(error.hint))
    console.err(render_error(said, console.err_paint))
    entries = _entries(error, console) or [error_entry(said.message, said.hint)]
    if len(entries) > 1:
        console.err("\n".join(f"  - {safe(entry['detail'])}" for entry in entries))
    if console.verbose:
        console.err(console.guarded(traceback.format_exc()))
    return entries, _exit_code(error, given)


def header_of_failure() -> Header:
    """Return a head that names the target as a run that succeeds does, as far as that is known."""
    context = click.get_current_context(silent=True)
    given = context.obj if context and isinstance(context.obj, Globals) else Globals()
    now, product = datetime.now(UTC), given.product or "default"
    try:
        run = Run.of(given)
    except ReconcilerError:
        return Header(__version__, now, product=product, target=given.target)
    return Header(__version__, now, product=run.product, project=run.owner, target=run.target.name)


def error_entry(message: str, hint: str) -> DiagnosticEntry:
    """Return the entry of an error that has no place in a file."""
    return {"severity": "error", "code": "error", "summary": message, "detail": message, "hint": hint, "location": None}


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
    return [
        error_entry(console.guarded(f"{_OPTIONS.get(each.pointer, each.pointer)}: {each.message}"), "")
        for each in problems
    ]
