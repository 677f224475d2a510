"""`reconciler session list|users|user|dashboard`: what is told of sessions and users."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

from reconciler.cli.help import DocumentedCommand
from reconciler.cli.options import Command, Globals, format_option, global_options
from reconciler.cli.output.console import Console
from reconciler.cli.sessions.options import Asked, session_page, session_reported, session_type_options
from reconciler.render import active_json, dashboard_json, details_json, users_json
from reconciler.render.dashboard_text import render_dashboard
from reconciler.render.sessions_text import render_active, render_user, render_users
from reconciler.runtime.protocol import PAGE_LIMIT, PAGE_LIMIT_MAX, SESSIONS_OF_USER, TIMELINE_DAYS

_DAYS_MAX = 366
_PAGE_NUMBER_MAX = 2**50


def _limit_option(default: int) -> Callable[[Command], Command]:
    return click.option(
        "--limit", type=click.IntRange(1, PAGE_LIMIT_MAX), default=default, show_default=True, help="How many at most."
    )


def _page_option(function: Command) -> Command:
    page = click.IntRange(1, _PAGE_NUMBER_MAX)
    return click.option("--page", type=page, default=1, show_default=True, help="Which page.")(function)


@click.command(
    "list",
    short_help="List the live sessions.",
    cls=DocumentedCommand,
    page=session_page("reconciler session list user-session --user user_123"),
)
@click.option("--user", metavar="USER", help="Only this user's.")
@_page_option
@_limit_option(PAGE_LIMIT)
@session_type_options
@format_option("text", "json")
@global_options
@session_reported
def list_(console: Console, given: Globals, /, **options: Any) -> None:
    """List the live sessions of the type TAG, those that live longest first. JSON has their data too."""
    with Asked.of(given, options) as asked:
        page = asked.sessions.active(
            asked.tag, identifier=options["user"], page=options["page"], limit=options["limit"]
        )
    asked.say(console, active_json(page), lambda paint: render_active(page, paint))


@click.command(
    "users",
    short_help="List everybody who ever had a session.",
    cls=DocumentedCommand,
    page=session_page("reconciler session users user-session --env prd --page 2"),
)
@_page_option
@_limit_option(PAGE_LIMIT)
@session_type_options
@format_option("text", "json")
@global_options
@session_reported
def users(console: Console, given: Globals, /, **options: Any) -> None:
    """List everybody who ever had a session of the type TAG, those seen last first."""
    with Asked.of(given, options) as asked:
        page = asked.sessions.users(asked.tag, page=options["page"], limit=options["limit"])
    asked.say(console, users_json(page, asked.env), lambda paint: render_users(page, paint))


@click.command(
    "user",
    short_help="Show a user with the newest sessions.",
    cls=DocumentedCommand,
    page=session_page("reconciler session user user-session user_123"),
)
@session_type_options
@click.argument("identifier", metavar="USER")
@_limit_option(SESSIONS_OF_USER)
@format_option("text", "json")
@global_options
@session_reported
def user(console: Console, given: Globals, /, **options: Any) -> None:
    """Show a user with the newest sessions of the type TAG. JSON has their data too."""
    with Asked.of(given, options) as asked:
        details = asked.sessions.user(asked.tag, options["identifier"], limit=options["limit"])
    now = datetime.now(UTC)
    asked.say(console, details_json(details, asked.env), lambda paint: render_user(details, now, paint))


@click.command(
    "dashboard",
    short_help="Show the numbers: users and sessions, day by day.",
    cls=DocumentedCommand,
    page=session_page("reconciler session dashboard user-session --days 7"),
)
@click.option(
    "--days", type=click.IntRange(1, _DAYS_MAX), default=TIMELINE_DAYS, show_default=True, help="Days of the timeline."
)
@session_type_options
@format_option("text", "json")
@global_options
@session_reported
def dashboard(console: Console, given: Globals, /, **options: Any) -> None:
    """Show the numbers of the type TAG: users and sessions, in all, live and new, and day by day."""
    with Asked.of(given, options) as asked:
        numbers = asked.sessions.dashboard(asked.tag, days=options["days"])
    asked.say(console, dashboard_json(numbers), lambda paint: render_dashboard(numbers, paint))


REPORTS = (list_, users, user, dashboard)
