"""`reconciler sessions prune`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from reconciler.cli.help import DocumentedCommand, DocumentedGroup
from reconciler.cli.options import Globals, format_option, global_options
from reconciler.cli.output.console import Console
from reconciler.cli.sessions.options import Asked, session_page, session_reported
from reconciler.cli.sessions.runtime import DEFAULT_ENV
from reconciler.render import pruned_json
from reconciler.render.values import counted
from reconciler.values import rfc3339

_SPAN = re.compile(r"(?P<count>[1-9]\d{0,5})(?P<unit>[hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


@click.group("sessions", cls=DocumentedGroup, page=session_page("reconciler sessions prune --older-than 90d"))
@global_options
def command(given: Globals) -> None:
    """Keep the sessions of a product in order. For single sessions see `reconciler session`."""
    del given  # kept on the context, for the subcommand


@command.command(
    "prune",
    short_help="Remove sessions that were over long ago.",
    cls=DocumentedCommand,
    page=session_page("reconciler sessions prune --older-than 90d"),
)
@click.option(
    "--older-than", metavar="SPAN", required=True, help="How long a session must have been over: `90d`, `12h`, `8w`."
)
@format_option("text", "json")
@global_options
@session_reported
def prune(console: Console, given: Globals, /, **options: Any) -> None:
    """Remove the sessions of all environments that were over long ago, with their data.

    A session is over when neither its token nor its refresh token can be used. Totals, users and timelines keep
    counting what was removed. On a server this needs a token of the role `admin`.
    """
    before = _moment(options["older_than"])
    with Asked.of(given, {**options, "env": DEFAULT_ENV, "master_key_file": None}) as asked:
        pruned = asked.runtime.prune(before)
    said = f"Removed {counted(pruned.sessions, 'session')} that were over before {rfc3339(before)}."
    asked.say(console, pruned_json(pruned), lambda _: said)


def _moment(spelled: str) -> datetime:
    span = _SPAN.fullmatch(spelled)
    try:
        if span:
            return datetime.now(UTC) - timedelta(**{_UNITS[span["unit"]]: int(span["count"])})
    except OverflowError:
        return datetime(1, 1, 1, tzinfo=UTC)
    raise click.BadParameter(f"`{spelled}` is no span. Write `90d`, `12h` or `8w`.", param_hint="'--older-than'")
