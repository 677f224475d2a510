"""The entry point: finds the command, runs it, and turns what is left of an error into an exit code."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from reconciler import __version__
from reconciler.cli.exit_codes import ExitCode, help_epilog
from reconciler.cli.options import Globals, global_options

# Short helps stand here so that the list of commands loads none of them.
COMMANDS = {
    "validate": "Check manifests and project file; needs no registry.",
    "fmt": "Lay manifests out in one style; comments stay.",
    "plan": "Show what apply would change.",
    "apply": "Make the registry match the manifests.",
    "show": "Show a saved plan.",
    "drift": "Show what was changed behind git's back, and by whom.",
    "history": "Show every write to the registry: who, when, what.",
    "serve": "Run the registry server.",
    "token": "Make, list and revoke the tokens of a registry server.",
    "schema": "Print the JSON Schema of a manifest, for editors.",
}


class LazyGroup(click.Group):
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
        module = importlib.import_module(f"reconciler.cli.{cmd_name}")
        command = module.command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=help_epilog(
        "reconciler plan sessions/\nreconciler apply sessions/",
        *(code for code in ExitCode if code is not ExitCode.USAGE),
    ),
)
@click.version_option(__version__, prog_name="reconciler")
@global_options
def cli(given: Globals) -> None:
    """Session types as code: manifests in git, a plan that shows exactly what would change, an apply that does it."""
    del given  # kept on the context, for the command


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a name must not fail on an ASCII terminal
    try:
        result: Any = cli.main(args=arguments, prog_name="reconciler", standalone_mode=False)
    except click.UsageError as error:
        error.show()
        return ExitCode.USAGE
    except click.ClickException as error:
        error.show()
        return ExitCode.ERROR
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return ExitCode.ERROR
    except BrokenPipeError:
        # The reader went away (`| head`). Python would complain once more while closing stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.ERROR
    return int(result or ExitCode.OK)


def main() -> NoReturn:
    """Run the command line of this process."""
    sys.exit(run())
