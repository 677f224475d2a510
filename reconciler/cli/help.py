"""A command's help as a page of a manual: options in groups, examples, environment, files, exit codes.

The parts stand as data on the command (`page`, `exit_codes`, `variables`, `files`), for documentation and tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import click

from reconciler.cli.exit_codes import MEANINGS, ExitCode
from reconciler.cli.variables import files_of, variables_of

_OPTIONS = "Options"
_GROUPS = {
    "Selection options": ("only", "skip"),
    "Output options": ("output_format", "reports", "max_bytes"),
    "Global options": ("target", "registry", "product", "no_color", "verbose", "version", "help"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """What a help page tells beyond what the command itself does. `more_variables` are those of this command alone."""

    examples: tuple[str, ...]
    codes: tuple[ExitCode, ...]
    more_variables: tuple[str, ...] = ()
    is_registry: bool = False

    @property
    def asks_registry(self) -> bool:
        """Tell whether the command speaks to a registry: only such a one can find it unreachable."""
        return ExitCode.UNREACHABLE in self.codes and not self.is_registry

    @property
    def reads_project(self) -> bool:
        """Tell whether the command reads a project file: only such a one can find it invalid."""
        return ExitCode.INVALID in self.codes


def page(examples: str, *codes: ExitCode, variables: Iterable[str] = (), is_registry: bool = False) -> Page:
    """Return a page. `examples` holds one command line a line; any command can be used wrongly.

    `is_registry` tells that the command itself stands for a registry, and its database is what may be unreachable.
    """
    return Page(tuple(examples.splitlines()), tuple(sorted({*codes, ExitCode.USAGE})), tuple(variables), is_registry)


class Documented:
    """What a command or a group of commands needs, to be shown as a page. Mixed into click's own classes."""

    params: list[click.Parameter]

    def __init__(self, *arguments: Any, page: Page, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.page = page

    @property
    def exit_codes(self) -> dict[int, str]:
        """What each exit code of this command means."""
        return {int(code): MEANINGS[code] for code in self.page.codes}

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that this command reads, with their meaning."""
        of_options = (str(param.envvar) for param in self.params if param.envvar)
        return variables_of(asks_registry=self.page.asks_registry, more=(*of_options, *self.page.more_variables))

    @property
    def files(self) -> dict[str, str]:
        """The files that this command reads beside those that it is given, with their meaning."""
        return files_of(asks_registry=self.page.asks_registry, reads_project=self.page.reads_project)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse, and refuse what is empty: a script whose variable is not set must not fall back to a default."""
        rest: list[str] = super().parse_args(ctx, args)  # type: ignore[misc]  # click's classes have it
        for param in () if ctx.resilient_parsing else self.params:
            value = ctx.params.get(param.name or "")
            if value == "" or (isinstance(value, tuple) and "" in value):
                message = "It is empty. Leave it out, or give it a value."
                raise click.BadParameter(message, ctx=ctx, param=param)
        return rest

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, those of the command before those that it shares."""
        for title, rows in self._option_groups(ctx):
            with formatter.section(title):
                formatter.write_dl(rows)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what follows the options."""
        del ctx
        with formatter.section("Examples" if len(self.page.examples) > 1 else "Example"):
            for line in self.page.examples:
                formatter.write(f"{'':{formatter.current_indent}}{line}\n")
        for title, entries in (("Environment variables", self.variables), ("Files", self.files)):
            if entries:
                with formatter.section(title):
                    formatter.write_dl(list(entries.items()))
        with formatter.section("Exit codes"):
            formatter.write_dl([(f"{code:>2}", meaning) for code, meaning in self.exit_codes.items()])

    def _option_groups(self, ctx: click.Context) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        groups: dict[str, list[tuple[str, str]]] = {title: [] for title in (_OPTIONS, *_GROUPS)}
        for param in self.get_params(ctx):  # type: ignore[attr-defined]  # click's classes have it
            record = param.get_help_record(ctx)
            if record and isinstance(param, click.Option):
                groups[_group_of(param)].append(record)
        return ((title, rows) for title, rows in groups.items() if rows)


class DocumentedCommand(Documented, click.Command):
    """A command with a page."""


class DocumentedGroup(Documented, click.Group):
    """A group of commands with a page."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands first: they are what one looks for."""
        self.format_commands(ctx, formatter)
        super().format_options(ctx, formatter)


def _group_of(option: click.Option) -> str:
    """Return the title of an option's group. Click gives `--help` a name of its own making."""
    name = "help" if "--help" in option.opts else option.name
    return next((title for title, names in _GROUPS.items() if name in names), _OPTIONS)
