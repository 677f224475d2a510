"""`reconciler keys list|rotate|retire`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.help import DocumentedCommand, DocumentedGroup
from reconciler.cli.options import Globals, format_option, global_options
from reconciler.cli.output.console import Console
from reconciler.cli.sessions.options import Asked, runtime_options, session_page, session_reported
from reconciler.render import key_json, retired_key_json
from reconciler.render.sessions_text import render_keys
from reconciler.render.values import counted
from reconciler.runtime import KeyInfo, RetiredKey
from reconciler.values import rfc3339

_QUESTION = (
    "Everybody whose newest token was made with the key `{key}` will be logged out, for good.\n"
    "  Only 'yes' will be accepted to approve.\n\n  Enter a value: "
)


@click.group("keys", cls=DocumentedGroup, page=session_page("reconciler keys rotate --env prd"))
@global_options
def command(given: Globals) -> None:
    """List, rotate and retire the keys that session tokens are encrypted with.

    Each product has keys of its own in each environment. On a server this needs a token of the role `admin`.
    """
    del given  # kept on the context, for the subcommand


@command.command(
    "list",
    short_help="List the keys of an environment.",
    cls=DocumentedCommand,
    page=session_page("reconciler keys list --env prd"),
)
@runtime_options
@format_option("text", "json")
@global_options
@session_reported
def list_(console: Console, given: Globals, /, **options: Any) -> None:
    """List the keys of an environment, the retired ones too. No key itself is ever shown."""
    with Asked.of(given, options) as asked:
        keys = asked.keys.list()
    now = datetime.now(UTC)
    asked.say(console, {"keys": [key_json(each) for each in keys]}, lambda paint: render_keys(keys, now, paint))


@command.command(
    "rotate",
    short_help="Make a new key for new tokens; nobody is logged out.",
    cls=DocumentedCommand,
    page=session_page("reconciler keys rotate --env prd"),
)
@runtime_options
@format_option("text", "json")
@global_options
@session_reported
def rotate(console: Console, given: Globals, /, **options: Any) -> None:
    """Make a new key for new tokens. The old ones still open theirs, so nobody is logged out."""
    with Asked.of(given, options) as asked:
        key = asked.keys.rotate()
    asked.say(console, {"key": key_json(key)}, lambda _: _rotated(key))


@command.command(
    "retire",
    short_help="Take a key out of use for good.",
    cls=DocumentedCommand,
    page=session_page("reconciler keys retire 0123456789abcdef --env prd"),
)
@click.argument("key")
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@runtime_options
@format_option("text", "json")
@global_options
@session_reported
def retire(console: Console, given: Globals, /, **options: Any) -> ExitCode:
    """Take KEY out of use for good: whose newest token was made with it is logged out. Says how many that were."""
    with Asked.of(given, options) as asked:
        if not options["auto_approve"] and not _approved(console, options["key"]):
            return ExitCode.ERROR
        retired = asked.keys.retire(options["key"])
    asked.say(console, {"key": retired_key_json(retired)}, lambda _: _retired(retired))
    return ExitCode.OK


def _approved(console: Console, key: str) -> bool:
    console.ask(_QUESTION.format(key=key))
    answer = sys.stdin.readline()
    if not sys.stdin.isatty():
        console.err("")  # no terminal echoed the end of the line
    if answer.strip() == "yes":
        return True
    console.err("Nothing was retired." if answer else "No answer; nothing was retired. Use --auto-approve.")
    return False


def _rotated(key: KeyInfo) -> str:
    return f"Made the key {key.key_id}. New tokens are made with it from {rfc3339(key.active_from)} on."


def _retired(retired: RetiredKey) -> str:
    logged_out = f"{counted(retired.sessions, 'live session')} of {counted(retired.users, 'user')}"
    return f"Retired the key {retired.key.key_id}. That logged out {logged_out}."
