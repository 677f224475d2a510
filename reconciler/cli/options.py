"""Options that several commands share. The global ones are taken before the command and after it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from typing import Any

import click

from reconciler.cli.front_page import GLOBAL_OPTIONS

Command = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Globals:
    """The global options of a run."""

    target: str | None = None
    registry: str | None = None
    product: str | None = None
    no_color: bool = False
    verbose: bool = False

    def over(self, under: Globals) -> Globals:
        """Return these where they were given, and those of `under` elsewhere."""
        return Globals(**{each.name: getattr(self, each.name) or getattr(under, each.name) for each in fields(self)})


def completed(what: str) -> Callable[[click.Context, click.Parameter, str], Any]:
    """Return what gives a shell the values that `reconciler.cli.shell.known_values` knows, and loads it only then."""

    def complete(context: click.Context, _: click.Parameter, incomplete: str) -> Any:
        return getattr(importlib.import_module("reconciler.cli.shell.known_values"), what)(context, incomplete)

    return complete


_GLOBAL_OPTIONS = tuple(
    click.option(
        *spelled.split(", "),
        metavar=value or None,
        is_flag=None if value else True,  # False would keep a value from beginning with a dash
        help=meaning,
        shell_complete=completed("targets") if spelled == "--target" else None,
    )
    for spelled, value, meaning in GLOBAL_OPTIONS
)


def global_options(function: Command) -> Command:
    """Add the global options to a command, which gets them merged with the group's as its first argument."""

    @wraps(function)
    def merged(**options: Any) -> Any:
        given = Globals(**{each.name: options.pop(each.name) for each in fields(Globals)})
        context = click.get_current_context()
        outer = context.parent.obj if context.parent and isinstance(context.parent.obj, Globals) else Globals()
        context.obj = given.over(outer)
        return function(context.obj, **options)

    for option in reversed(_GLOBAL_OPTIONS):
        merged = option(merged)
    return merged


def paths_argument(function: Command) -> Command:
    """Add `PATHS…`."""
    return click.argument("paths", nargs=-1, metavar="[PATHS]...", type=click.Path())(function)


def format_option(*formats: str) -> Callable[[Command], Command]:
    """Add `--format`; the first is the default."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="Form of the output on stdout.",
    )


def selection_options(function: Command) -> Command:
    """Add `--only` and `--skip`."""
    options = (
        click.option("--only", metavar="GLOB", multiple=True, help="Only session types whose tag matches. Repeatable."),
        click.option("--skip", metavar="GLOB", multiple=True, help="Not session types whose tag matches. Repeatable."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def change_options(function: Command) -> Command:
    """Add what widens a plan: `--prune` and `--adopt`."""
    options = (
        click.option(
            "--prune", is_flag=True, help="Delete session types that this project owns and no manifest has any more."
        ),
        click.option(
            "--adopt", is_flag=True, help="Record ownership of live session types that equal their manifest already."
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function
