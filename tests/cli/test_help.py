from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from reconciler.cli.front_page import COMMANDS
from reconciler.cli.help import Documented
from reconciler.cli.main import cli
from reconciler.cli.variables import VARIABLES

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

PACKAGE = Path(__file__).parents[2] / "reconciler"
WIDTH = 100


def _pages(
    command: click.Command = cli, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield words, command
    if isinstance(command, click.Group):
        context = click.Context(command, **command.context_settings)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _pages(below, (*words, name))


PAGES = dict(_pages())
each_page = pytest.mark.parametrize("words", PAGES, ids=lambda words: "-".join(words) or "reconciler")


@each_page
def test_a_page_reads_as_it_did(shop: Shop, golden: Callable[[str, str], None], words: tuple[str, ...]) -> None:
    text = shop.ok(*words, "--help", environment={"COLUMNS": str(WIDTH)}).out
    golden(f"help/{'-'.join(words) or 'reconciler'}.txt", text.rstrip("\n"))
    assert max(map(len, text.splitlines())) <= WIDTH


@each_page
def test_a_page_stands_as_data_on_its_command(words: tuple[str, ...]) -> None:
    command = PAGES[words]
    assert isinstance(command, Documented)
    assert {0, 64} <= set(command.exit_codes)
    assert all(option.help for option in command.params if isinstance(option, click.Option))
    assert command.help


@each_page
def test_every_example_is_a_command_line_that_can_be_parsed(words: tuple[str, ...]) -> None:
    command = PAGES[words]
    assert isinstance(command, Documented)
    for example in command.page.examples:
        found = re.search(r"reconciler [^>)|]*", example)
        assert found, example
        name, *rest = shlex.split(found[0])[1:]
        assert name in COMMANDS
        parsed = PAGES[name,]
        if isinstance(parsed, click.Group):
            parsed = PAGES[name, rest.pop(0)]
        parsed.make_context(name, rest)


def test_the_overview_loads_nothing_of_weight(shop: Shop) -> None:
    program = (
        "import sys; from reconciler.cli.main import run; run(['--help']); "
        "print({'pydantic', 'rich', 'httpx', 'sqlalchemy', 'ruamel.yaml', 'reconciler.plan'} & {*sys.modules})"
    )
    assert shop.process(program=("-c", program)).out.endswith("\nset()\n")


def test_the_table_of_variables_names_all_that_the_code_reads() -> None:
    texts = [file.read_text() for file in PACKAGE.rglob("*.py") if file.name != "variables.py"]
    named = {name for text in texts for name in re.findall(r"(?<![\w$])RECONCILER_[A-Z]+(?:_[A-Z]+)*\b", text)}
    examples = {"RECONCILER_TOKEN_EU_WEST", "RECONCILER_TOKEN_TARGET"}
    assert named - examples == {name for name in VARIABLES if re.fullmatch(r"RECONCILER_[A-Z_]+", name)}


def test_every_variable_is_told_by_some_command() -> None:
    told = {name for command in PAGES.values() if isinstance(command, Documented) for name in command.variables}
    assert told == set(VARIABLES)
