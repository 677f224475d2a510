"""`reconciler session …`: the calls that an application makes, from the shell."""

from __future__ import annotations

from typing import Any

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.help import DocumentedCommand, DocumentedGroup
from reconciler.cli.options import Globals, format_option, global_options
from reconciler.cli.output.console import Console
from reconciler.cli.sessions.inputs import STDIN, read_data, read_seconds, read_token
from reconciler.cli.sessions.options import Asked, session_page, session_reported, session_type_options
from reconciler.cli.sessions.reports import REPORTS
from reconciler.render import pair_json, revoked_json, verdict_json
from reconciler.render.sessions_text import render_pair, render_verdict
from reconciler.render.values import counted
from reconciler.runtime import Revoked


@click.group(
    "session",
    cls=DocumentedGroup,
    page=session_page('reconciler session start user-session --data \'{"userId": "user_123"}\''),
)
@global_options
def command(given: Globals) -> None:
    """Start, verify, refresh and revoke sessions; see who is live, who ever was, and the numbers.

    On the target's registry: a database directly, or a server with a token of the role `runtime` in RECONCILER_TOKEN.
    """
    del given  # kept on the context, for the subcommand


@command.command(
    "start",
    short_help="Start a session and print its tokens.",
    cls=DocumentedCommand,
    page=session_page(
        'reconciler session start user-session --data \'{"userId": "user_123"}\'\n'
        "reconciler session start user-session --data user.json --expires-in 15m --format json"
    ),
)
@click.option("--data", metavar="FILE|-|JSON", required=True, help="What the session holds: a file, stdin, or JSON.")
@click.option("--expires-in", metavar="SPAN", help="Live shorter than the type says: `900` seconds, `15m`, `12h`.")
@click.option(
    "--idempotency-key",
    metavar="KEY",
    help="Given again within a day, this answers as it did and starts no second one.",
)
@session_type_options
@format_option("text", "json")
@global_options
@session_reported
def start(console: Console, given: Globals, /, **options: Any) -> None:
    """Start a session of the type TAG and print its tokens.

    The data must have the session type's fields: all of them, no others, each of its JSON type.
    """
    data, expires_in = read_data(options["data"]), read_seconds(options["expires_in"])
    with Asked.of(given, options) as asked:
        pair = asked.sessions.start(asked.tag, data, expires_in=expires_in, idempotency_key=options["idempotency_key"])
    asked.say(console, pair_json(pair), lambda paint: render_pair(pair, paint))


@command.command(
    "verify",
    short_help="Tell whether a token is good, and what it holds.",
    cls=DocumentedCommand,
    page=session_page("reconciler session verify user-session --token token.txt"),
)
@click.option("--token", metavar="FILE|-", default=STDIN, help="Where the token is: a file, or stdin.  [default: -]")
@session_type_options
@format_option("text", "json")
@global_options
@session_reported
def verify(console: Console, given: Globals, /, **options: Any) -> ExitCode:
    """Tell whether a token of the type TAG is good, and what it holds. Exit code 1 says that it is not."""
    token = read_token(options["token"], what="token")
    with Asked.of(given, options) as asked:
        verdict = asked.sessions.verify(asked.tag, token)
    asked.say(console, verdict_json(verdict), lambda paint: render_verdict(verdict, paint))
    return ExitCode.OK if verdict.valid else ExitCode.ERROR


@command.command(
    "refresh",
    short_help="Exchange a refresh token for a new pair, once.",
    cls=DocumentedCommand,
    page=session_page("reconciler session refresh user-session --token refresh-token.txt"),
)
@click.option(
    "--token", metavar="FILE|-", default=STDIN, help="Where the refresh token is: a file, or stdin.  [default: -]"
)
@click.option(
    "--client-key",
    metavar="KEY",
    help="Sent again with the same token within 10 seconds, this gives the same pair and revokes nothing.",
)
@session_type_options
@format_option("text", "json")
@global_options
@session_reported
def refresh(console: Console, given: Globals, /, **options: Any) -> None:
    """Exchange a refresh token of the type TAG for a new pair, once: its reuse revokes the session."""
    token = read_token(options["token"], what="refresh token")
    with Asked.of(given, options) as asked:
        pair = asked.sessions.refresh(asked.tag, token, client_key=options["client_key"])
    asked.say(console, pair_json(pair), lambda paint: render_pair(pair, paint))


@command.command(
    "revoke",
    short_help="End a session by its id.",
    cls=DocumentedCommand,
    page=session_page("reconciler session revoke user-session 5f0c2c1e-9d7b-4a6f-8e3d-2c1b0a998877"),
)
@session_type_options
@click.argument("session_id", metavar="SESSION")
@format_option("text", "json")
@global_options
@session_reported
def revoke(console: Console, given: Globals, /, **options: Any) -> None:
    """End a session of the type TAG by its id. Within a second every server process refuses its tokens."""
    with Asked.of(given, options) as asked:
        revoked = asked.sessions.revoke(asked.tag, options["session_id"])
    asked.say(console, revoked_json(revoked), lambda _: _ended(revoked))


@command.command(
    "revoke-all",
    short_help="End all sessions of a user.",
    cls=DocumentedCommand,
    page=session_page("reconciler session revoke-all user-session user_123"),
)
@session_type_options
@click.argument("identifier", metavar="USER")
@format_option("text", "json")
@global_options
@session_reported
def revoke_all(console: Console, given: Globals, /, **options: Any) -> None:
    """End all sessions of a user, of the type TAG."""
    with Asked.of(given, options) as asked:
        revoked = asked.sessions.revoke_all(asked.tag, options["identifier"])
    asked.say(console, revoked_json(revoked), lambda _: _ended(revoked))


def _ended(revoked: Revoked) -> str:
    return f"Revoked {counted(revoked.sessions, 'session')}." if revoked.sessions else "Nothing to revoke: it was over."


for _report in REPORTS:
    command.add_command(_report)
