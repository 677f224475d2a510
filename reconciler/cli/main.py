"""The entry point: finds the command, runs it, and turns what is left of an error into an exit code."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys
from collections.abc import Sequence
from itertools import pairwise
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, NoReturn

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.front_page import CODES, COMMANDS, EXAMPLES, SUMMARY, VERSION, WIDTH_MAX, front_page
from reconciler.cli.help import DocumentedGroup, page
from reconciler.cli.options import Globals, global_options
from reconciler.cli.output.streams import prepare_streams, silence

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_OBJECTS_PER_COLLECTION = 1_000_000


class LazyGroup(DocumentedGroup):
    """A group that imports a command's module when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order in which one meets them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        module = importlib.import_module(f"reconciler.cli.commands.{name}")
        command = module.command
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or name the one that was meant."""
        name = args[0]
        if ctx.resilient_parsing and name not in COMMANDS:
            return None, None, []  # half a line, that a shell wants completed
        if name not in COMMANDS and not name.startswith("-"):
            from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

            nearest = get_close_matches(name, COMMANDS, n=1)
            hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
            ctx.fail(f"No such command {name!r}.{hint}")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """Complete commands without importing them, and the options."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only while a shell asks

        named = [CompletionItem(name, help=said) for name, said in COMMANDS.items() if name.startswith(incomplete)]
        return [*named, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the page that is shown without click as well."""
        del ctx
        formatter.write(front_page(formatter.width))


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDTH_MAX},
    cls=LazyGroup,
    help=SUMMARY,
    page=page(EXAMPLES, *CODES),
)
@click.version_option(message=VERSION)
@global_options
def cli(given: Globals) -> None:
    """Take the global options."""
    del given  # kept on the context, for the command


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code."""
    prepare_streams()
    if instruction := os.environ.get("_RECONCILER_COMPLETE"):
        return _complete(instruction)
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        _refuse_what_is_no_text(given)
        result: Any = cli.main(args=given, prog_name="reconciler", standalone_mode=False)
        sys.stdout.flush()
    except click.UsageError as error:
        error.show()
        formats, reports = _asked(given, "--format"), _asked(given, "--report")
        if formats or reports:
            from reconciler.cli.output.usage import tell_usage  # noqa: PLC0415 - not for --help

            tell_usage(error, formats[-1] if formats else "text", reports)
        return ExitCode.USAGE
    except click.ClickException as error:
        error.show()
        return ExitCode.ERROR
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return ExitCode.ERROR
    except OSError as error:
        silence(sys.stdout)  # Python would complain once more while closing it
        click.echo(f"Error: The output can't be written: {error.strerror}", err=True)
        return ExitCode.ERROR
    return int(result or ExitCode.OK)


def _complete(instruction: str) -> int:
    """Answer a shell that completes a line. A reader that goes away is nobody's concern."""
    from reconciler.cli.shell.completing import answer  # noqa: PLC0415 - only while a shell asks

    with contextlib.suppress(OSError):
        click.echo(answer(cli, instruction).encode())
    return ExitCode.OK


def _refuse_what_is_no_text(arguments: Sequence[str]) -> None:
    """Refuse bytes that are no text in the present encoding: no registry and no report could hold them."""
    for argument in arguments:
        if not argument.isascii() and any("\ud800" <= character <= "\udfff" for character in argument):
            raise click.UsageError(f"An argument holds bytes that are no text: {argument.encode(errors='replace')!r}")


def _asked(arguments: Sequence[str], option: str) -> list[str]:
    """Return the values that an option would have had in a command line that could not be parsed."""
    asked = []
    for argument, following in pairwise([*arguments, ""]):
        if argument == option:
            asked.append(following)
        elif argument.startswith(f"{option}="):
            asked.append(argument.removeprefix(f"{option}="))
    return asked


def main() -> NoReturn:
    """Run the command line of this process."""
    # What a run reads stays until its end, and there is much of it: searching it for garbage took a third of the time.
    # Ten thousand manifests with their records are half a million objects; a server has a measure of its own.
    gc.set_threshold(_OBJECTS_PER_COLLECTION, 50, 100)
    sys.exit(run())
