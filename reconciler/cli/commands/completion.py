"""`reconciler completion`."""

from __future__ import annotations

from typing import Any

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.help import DocumentedCommand, page
from reconciler.cli.options import Globals, global_options
from reconciler.cli.output.console import Console
from reconciler.cli.output.reporting import reported


@click.command(
    "completion",
    cls=DocumentedCommand,
    page=page(
        "echo 'eval \"$(reconciler completion bash)\"' >> ~/.bashrc\n"
        "echo 'eval \"$(reconciler completion zsh)\"' >> ~/.zshrc\n"
        "reconciler completion fish > ~/.config/fish/completions/reconciler.fish",
        ExitCode.OK,
    ),
)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@global_options
@reported
def command(console: Console, given: Globals, /, **options: Any) -> None:
    """Print the script with which a shell completes this command line.

    SHELL is bash (4.4 or newer), zsh or fish. Beside commands and options it completes the targets of the project file,
    and the tags of its manifests; it never asks a registry. In a zsh without completion, run `autoload -U compinit &&
    compinit` before.
    """
    from reconciler.cli.shell.completing import script  # noqa: PLC0415 - the rest of click, for this alone

    del given
    console.out(script(options["shell"]).strip("\n"))
