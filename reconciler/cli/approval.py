"""What lets apply go on: guards that hold or are lifted for this run, and a person's yes."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import click

from reconciler.cli.console import Console
from reconciler.cli.options import Command
from reconciler.cli.planning import Planned
from reconciler.diagnostics import nearest_of
from reconciler.plan import Guard, not_allowed, refusal_entry
from reconciler.render import render_refusals

_QUESTION = "\nDo you want to perform these actions?\n  Only 'yes' will be accepted to approve.\n\n  Enter a value: "


class _Allowance(click.ParamType[tuple[Guard, str | None]]):
    """`GUARD` or `GUARD:TAG`."""

    name = "guard"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[Guard, str | None]:
        """Read it; a wrong guard is wrong usage."""
        name, _, tag = str(value).partition(":")
        if name not in list(Guard):
            nearest = nearest_of(name, list(Guard))
            hint = f"Did you mean {nearest}?" if nearest else f"Guards are {', '.join(Guard)}."
            self.fail(f"{name!r} is not a guard. {hint}", param, ctx)
        return Guard(name), tag or None


def allow_option(function: Command) -> Command:
    """Add `--allow`."""
    return click.option(
        "--allow",
        metavar="GUARD[:TAG]",
        type=_Allowance(),
        multiple=True,
        help="Lift a guard for this run, for all session types or for one. Repeatable.",
    )(function)


@dataclass(frozen=True, slots=True)
class Approval:
    """What was approved on the command line."""

    automatic: bool
    allowed: tuple[tuple[Guard, str | None], ...]

    def permits(self, planned: Planned, console: Console) -> bool:
        """Tell whether no guard stands in the way, and say which ones do. A person's yes overwrites a conflict."""
        standing = not_allowed(planned.refusals, frozenset(self.allowed))
        standing = tuple(each for each in standing if self.automatic or each.guard is not Guard.CONFLICT)
        if standing:
            console.err("Refused; nothing was applied:")
            console.err(render_refusals(map(refusal_entry, standing), console.err_paint))
        return not standing

    def given(self, console: Console) -> bool:
        """Tell whether a person says yes, or nobody needs to."""
        if self.automatic:
            return True
        console.ask(_QUESTION)
        answer = _answer()
        if not sys.stdin.isatty():
            console.err("")  # no terminal echoed the end of the line
        if answer.strip() == "yes":
            return True
        console.err(
            "Apply cancelled; nothing was applied."
            if answer
            else "No answer; nothing was applied. Without a terminal use --auto-approve."
        )
        return False


def _answer() -> str:
    """Read a line; what is no text is no yes."""
    try:
        return sys.stdin.readline()
    except UnicodeDecodeError:
        return "?"
