"""The page of the command line: every command, from click's own tree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import click

from docs.generate.markdown import bullets, code, docstring, fence, page, table
from reconciler.cli.help import Documented
from reconciler.cli.main import cli
from reconciler.cli.variables import FILES, OF_EVERY_COMMAND, VARIABLES

_INTRODUCTION = """\
`reconciler COMMAND [OPTIONS] [PATHS…]`. Results go to stdout, everything else to stderr. `reconciler COMMAND --help`
shows what this page shows. [Exit codes](../exit-codes.md) says what each one means in a pipeline."""

_GLOBAL = "These are taken before the command and after it."


def cli_page() -> str:
    """Return the page."""
    context = _context(cli, "reconciler", None)
    return page(
        "Command line",
        _INTRODUCTION,
        "## Global options",
        _GLOBAL,
        _options(_own(cli), context),
        "## Environment variables",
        table(("variable", "meaning"), ((code(name), _with_marks(meaning)) for name, meaning in VARIABLES.items())),
        "## Files",
        table(("file", "meaning"), ((code(name), meaning) for name, meaning in FILES.items())),
        *(_section(command, context, "##") for command, context in commands(cli, context)),
    )


def commands(group: click.Group, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    """Yield every command below a group, groups before what is in them."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        inner = _context(command, name, context)
        yield command, inner
        if isinstance(command, click.Group):
            yield from commands(command, inner)


def _context(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    return click.Context(command, info_name=name, parent=parent, **command.context_settings)


def _section(command: click.Command, context: click.Context, level: str) -> str:
    usage = " ".join(command.collect_usage_pieces(context))
    return "\n\n".join(
        filter(
            None,
            (
                f"{level} {context.command_path}",
                docstring(command.callback) or command.help or "",
                fence("text", f"{context.command_path} {usage}"),
                _options(_own(command), context),
                *(_told(command) if isinstance(command, Documented) else ()),
            ),
        )
    )


def _told(command: Documented) -> Iterator[str]:
    """Yield what a command's page tells beyond its options."""
    yield "Examples:" if len(command.page.examples) > 1 else "Example:"
    yield fence("sh", "\n".join(command.page.examples))
    if own := [code(name) for name in command.variables if name not in OF_EVERY_COMMAND]:
        yield f"Environment variables: {', '.join(own)}."
    yield "Exit codes:"
    yield bullets(f"{code(str(number))}: {meaning}" for number, meaning in command.exit_codes.items())


def _own(command: click.Command) -> list[click.Parameter]:
    """Return a command's own options; the global ones stand once, at the top."""
    shared = {parameter.name for parameter in cli.params} if command is not cli else set()
    return [each for each in command.params if isinstance(each, click.Option) and each.name not in shared]


def _options(parameters: Iterable[click.Parameter], context: click.Context) -> str:
    records = [record for parameter in parameters if (record := parameter.get_help_record(context))]
    return bullets(f"{code(spelled)}: {_with_marks(text)}" for spelled, text in records)


def _with_marks(text: str) -> str:
    """Set what click puts in brackets (default, range, variable) apart from the sentence."""
    sentence, *marks = re.split(r" {2}\[", text.rstrip().removesuffix("]"))
    told = "; ".join(mark.removesuffix("]") for mark in marks)
    return f"{sentence} ({told})" if told else text.rstrip()
