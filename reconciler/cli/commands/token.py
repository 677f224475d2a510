"""`reconciler token create|list|revoke`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from reconciler.access import NewToken, Role, Token
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.help import DocumentedCommand, DocumentedGroup, page
from reconciler.cli.options import Command, Globals, format_option, global_options
from reconciler.cli.output.console import Console
from reconciler.cli.output.reporting import reported
from reconciler.cli.run.inputs import Run
from reconciler.cli.tokens.expiry import read_expiry
from reconciler.cli.tokens.keepers import TokenKeeper, open_keeper
from reconciler.port import RegistryRejected
from reconciler.render import render_json, render_tokens, token_json
from reconciler.values import rfc3339

_CODES = (ExitCode.OK, ExitCode.ERROR, ExitCode.INVALID, ExitCode.UNREACHABLE)


def _database_option(function: Command) -> Command:
    return click.option(
        "--database",
        metavar="URL",
        envvar="RECONCILER_DATABASE",
        help="The server's database, to work on it directly.  [env: RECONCILER_DATABASE]",
    )(function)


@click.group(
    "token",
    cls=DocumentedGroup,
    page=page(
        "reconciler token create ci --role write --expires 90d\nreconciler token list\nreconciler token revoke ci",
        *_CODES,
    ),
)
@global_options
def command(given: Globals) -> None:
    """Make, list and revoke the tokens of a registry server.

    On the server's database directly (--database), or over its API (--registry https://…) with an admin's token in
    RECONCILER_TOKEN, or RECONCILER_TOKEN_TARGET for one target.
    """
    del given  # kept on the context, for the subcommand


@command.command(
    "create", cls=DocumentedCommand, page=page("reconciler token create ci --role write --expires 90d", *_CODES)
)
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True, help="What it may do.")
@click.option("--expires", metavar="WHEN", help="`30d`, `12h`, or a moment of RFC 3339.  [default: never]")
@_database_option
@format_option("text", "json")
@global_options
@reported
def create(console: Console, given: Globals, /, **options: Any) -> None:
    """Make a token and print its secret, this once.

    NAME is who the history will name as the writer. With --product the token is for that product only.
    """
    expires_at = read_expiry(options["expires"], datetime.now(UTC))
    wanted = NewToken(options["name"], Role(options["role"]), given.product, expires_at)
    with _keeper(given, options, migrating=True) as keeper:
        token, secret = keeper.create(wanted)
    if options["output_format"] == "json":
        console.out(render_json({"format_version": "1.0", "token": {**token_json(token), "secret": secret}}))
    else:
        console.err(f"The token `{token.name}` ({_reach(token)}). Keep it now: it is not shown again.")
        console.out(secret)


@command.command("list", cls=DocumentedCommand, page=page("reconciler token list", *_CODES))
@_database_option
@format_option("text", "json")
@global_options
@reported
def list_(console: Console, given: Globals, /, **options: Any) -> None:
    """List all tokens, revoked and expired ones too. Secrets are not kept, so none is shown."""
    with _keeper(given, options) as keeper:
        tokens = keeper.list()
    if options["output_format"] == "json":
        console.out(render_json({"format_version": "1.0", "tokens": [token_json(each) for each in tokens]}))
    else:
        console.out(render_tokens(tokens, datetime.now(UTC), console.out_paint))


@command.command("revoke", cls=DocumentedCommand, page=page("reconciler token revoke ci", *_CODES))
@click.argument("token")
@_database_option
@format_option("text", "json")
@global_options
@reported
def revoke(console: Console, given: Globals, /, **options: Any) -> None:
    """Revoke a token for good. TOKEN is its id, or the name of one that is in force."""
    with _keeper(given, options) as keeper:
        token = keeper.revoke(_meant(keeper, options["token"]).id)
    if options["output_format"] == "json":
        console.out(render_json({"format_version": "1.0", "token": token_json(token)}))
    else:
        console.out(f"Revoked the token `{token.name}` ({token.id}).")


def _keeper(given: Globals, options: dict[str, Any], *, migrating: bool = False) -> TokenKeeper:
    return open_keeper(Run.of(given, any_target=True), options["database"], migrating=migrating)


def _meant(keeper: TokenKeeper, id_or_name: str) -> Token:
    tokens = keeper.list()
    by_id = [token for token in tokens if token.id == id_or_name]
    found = by_id or [token for token in tokens if token.name == id_or_name and token.revoked_at is None]
    if not found:
        raise RegistryRejected(
            f"There is no token with the id or name `{id_or_name}`", hint="`reconciler token list` shows all."
        )
    return found[0]


def _reach(token: Token) -> str:
    product = "all products" if token.product is None else f"the product `{token.product}`"
    until = f"until {rfc3339(token.expires_at)}" if token.expires_at else "without an expiry"
    return f"id {token.id}, role {token.role}, {product}, {until}"
