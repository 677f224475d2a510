"""What lets apply go on: guards that hold or are lifted for this run, and a person's yes."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import Any

import click

from reconciler.cli.options import Command
from reconciler.cli.output.console import Console
from reconciler.cli.run.planning import Planned
from reconciler.diagnostics import nearest_of
from reconciler.plan import Guard, Refusal, not_allowed

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

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        """Complete the guard."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only while a shell asks

        del ctx, param
        return [CompletionItem(guard.value) for guard in Guard if guard.startswith(incomplete)]


def allow_option(function: Command) -> Command:
    """Add `--allow`."""
    return click.option(
        "--allow",
        metavar="GUARD[:TAG]",
        type=_Allowance(),
        multiple=True,
        help=f"Lift a guard for this run, for all session types or for one: {', '.join(Guard)}. Repeatable.",
    )(function)


@dataclass(frozen=True, slots=True)
class Approval:
    """What was approved on the command line."""

    automatic: bool
    allowed: tuple[tuple[Guard, str | None], ...]

    def lifting(self, planned: Planned, console: Console) -> Planned:
        """Return the plan without the refusals that are lifted for this run; say which, and what lifts nothing."""
        remaining = not_allowed(planned.refusals, frozenset(self.allowed))
        for guard, tag in self.allowed:
            if not any(each.guard is guard and tag in {None, each.tag} for each in planned.refusals):
                console.err(f"Note: --allow {guard}{f':{tag}' if tag else ''} lifts nothing here.")
        for each in planned.refusals:
            if each not in remaining:
                console.err(f"Note: lifted by {each.lifted_by}: {each.reason}")
        return replace(planned, refusals=remaining)

    def standing(self, refusals: tuple[Refusal, ...]) -> tuple[Refusal, ...]:
        """Return the refusals that end the run: all, but for conflicts that a person is asked about."""
        return tuple(each for each in refusals if self.automatic or each.guard is not Guard.CONFLICT)

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
