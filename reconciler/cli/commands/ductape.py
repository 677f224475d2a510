"""`reconciler ductape login`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.help import DocumentedCommand, DocumentedGroup, page
from reconciler.cli.options import Globals, global_options
from reconciler.cli.output.console import Console
from reconciler.cli.output.reporting import reported
from reconciler.cli.run.inputs import Run
from reconciler.cli.variables import OF_DUCTAPE
from reconciler.diagnostics import InvalidInput
from reconciler.errors import ReconcilerError
from reconciler.project import Secret
from reconciler.registry import UnsupportedRegistry
from reconciler.registry.url import DuctapeEndpoint, parse_registry_url

_CLOUD = "ductape+https://api.ductape.app"
_CODES = (ExitCode.OK, ExitCode.ERROR, ExitCode.INVALID, ExitCode.UNREACHABLE)
_EMAIL, _PASSWORD = "DUCTAPE_EMAIL", "DUCTAPE_PASSWORD"


@click.group("ductape", cls=DocumentedGroup, page=page("reconciler ductape login", *_CODES))
@global_options
def command(given: Globals) -> None:
    """Work with the Ductape platform: `--registry ductape+https://api.ductape.app`."""
    del given  # kept on the context, for the subcommand


@command.command(
    "login",
    cls=DocumentedCommand,
    page=page(
        "reconciler ductape login --email ada@example.com\n"
        "reconciler ductape login --email ada@example.com --workspace storefront",
        *_CODES,
        variables=OF_DUCTAPE,
    ),
)
@click.option("--email", metavar="EMAIL", help=f"Who logs in.  [env: {_EMAIL}]")
@click.option("--workspace", metavar="ID", help="Workspace, by id or name.  [default: the account's own default]")
@global_options
@reported
def login(console: Console, given: Globals, /, **options: Any) -> None:
    """Log in to the Ductape platform with e-mail and password.

    The password is asked for, or read from stdin where that is no terminal. What is kept, in ~/.ductape/reconciler.json
    and readable by you alone, is the token that the platform gives for it. The platform is the registry that --registry
    or the target names, else https://api.ductape.app.
    """
    from reconciler.registry.ductape import Account, log_in, save_login  # noqa: PLC0415 - loads the HTTP library

    address = _address(given)
    email = options["email"] or os.environ.get(_EMAIL) or _asked("E-mail: ", given=f"--email or {_EMAIL}")
    account = Account(email, Secret(_password()))
    kept = log_in(address, account, workspace=options["workspace"])
    save_login(address.http, kept, _home())
    place = kept.workspace_name or kept.workspace_id or "none"
    console.out(f"Logged in to {address.http.url} as {email}, workspace {place}.")


def _address(given: Globals) -> DuctapeEndpoint:
    run = _run(given)
    named = given.registry or run.registry.lower().startswith("ductape+")
    found = parse_registry_url(run.registry if named else _CLOUD, run.project.root)
    if not isinstance(found, DuctapeEndpoint):
        raise UnsupportedRegistry("The registry is not the Ductape platform", hint=f"Its URL reads `{_CLOUD}`.")
    return found


def _run(given: Globals) -> Run:
    """Gather what is said of the target; several without a default are fine, since a login is of no one target."""
    try:
        return Run.of(given)
    except InvalidInput:
        if given.target:
            raise
    return Run.of(given, any_target=True)


def _password() -> str:
    """Return the password, without the end of its line."""
    named = os.environ.get(_PASSWORD)
    if named:
        return named
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, err=True))
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise ReconcilerError("No password was given", hint=f"Write it to stdin, or set {_PASSWORD}.")
    return line


def _asked(question: str, *, given: str) -> str:
    if not sys.stdin.isatty():
        raise ReconcilerError("It is not said who logs in", hint=f"Give {given}.")
    return str(click.prompt(question.rstrip(": "), err=True))


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        raise ReconcilerError("There is no home folder to keep the login in", hint="Set HOME.") from None
