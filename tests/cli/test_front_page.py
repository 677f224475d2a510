"""The first help page: it comes without click, and nobody can tell."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

from reconciler.cli.front_page import COMMANDS, GLOBAL_OPTIONS, SECTIONS, WIDTH_MIN, front_page
from reconciler.cli.help import DocumentedGroup
from reconciler.cli.main import LazyGroup, cli

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

ALONE = ("--help", "-h", "--version")
WITH_CLICK = ("-c", "import sys; from reconciler.cli.main import main; main()")


class InClicksWords(DocumentedGroup):
    """The same page, laid out by click."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        widest = max(map(len, COMMANDS))
        for title, names in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(f"{name:{widest}}", COMMANDS[name]) for name in names])


def test_the_page_is_laid_out_as_click_does_in_every_width() -> None:
    assert isinstance(cli, LazyGroup)
    twin = InClicksWords("reconciler", page=cli.page, help=cli.help, params=cli.params, callback=cli.callback)
    context = click.Context(twin, info_name="reconciler", **cli.context_settings)
    for width in range(WIDTH_MIN, 131):
        formatter = click.HelpFormatter(width=width)
        twin.format_help(context, formatter)
        assert front_page(width) == formatter.getvalue().rstrip("\n"), width


def test_the_page_tells_every_option() -> None:
    told = {spelled for option, _, _ in GLOBAL_OPTIONS for spelled in option.split(", ")}
    context = click.Context(cli, **cli.context_settings)
    assert told | {"--version", "-h", "--help"} == {each for param in cli.get_params(context) for each in param.opts}


def test_every_command_has_its_place() -> None:
    assert sorted(name for names in SECTIONS.values() for name in names) == sorted(COMMANDS)


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_the_page_reads_as_it_did(shop: Shop, golden: Callable[[str, str], None], columns: str) -> None:
    text = shop.process("--help", environment={"COLUMNS": columns}).out
    golden(f"help/front-{columns}.txt", text.rstrip("\n"))
    assert shop.ok("--help", environment={"COLUMNS": columns}).out == text


@pytest.mark.parametrize("option", ALONE)
@pytest.mark.parametrize(
    "environment",
    [
        {"COLUMNS": "none"},
        {"COLUMNS": "-1"},
        {"NO_COLOR": "1"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"LC_ALL": "C", "PYTHONUTF8": "0"},
    ],
)
def test_it_says_what_click_says(shop: Shop, option: str, environment: dict[str, str]) -> None:
    told = shop.process(option, environment=environment)
    assert told == shop.process(option, program=WITH_CLICK, environment=environment)
    assert (told.code, told.err) == (0, "")


@pytest.mark.parametrize("option", ALONE)
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", ">/dev/full", ">/dev/full 2>&-", "| true", "| head -1"])
def test_it_ends_as_click_does_where_nobody_reads(shop: Shop, option: str, closed: str) -> None:
    ends = [_in_bash(shop.root, closed, *program, option) for program in (("-m", "reconciler"), WITH_CLICK)]
    assert ends[0] == ends[1]
    assert "Traceback" not in ends[0][2]


def test_it_says_nothing_to_a_reader_that_went_away(shop: Shop) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        for program in (("-m", "reconciler"), WITH_CLICK):
            with shop.spawn("--help", program=program, stdout=writing) as child:
                _, err = child.communicate(timeout=20)
            assert (child.returncode, err) == (1, b"")
    finally:
        os.close(writing)


@pytest.mark.parametrize("columns", [30, 90, 250])
def test_it_fits_the_terminal(shop: Shop, columns: int) -> None:
    import termios  # noqa: PLC0415 - only here

    pages = []
    for program in (("-m", "reconciler"), WITH_CLICK):
        main, side = pty.openpty()
        termios.tcsetwinsize(side, (24, columns))
        with shop.spawn("--help", program=program, stdout=side):
            os.close(side)
            pages.append(_read(main))
    assert pages[0] == pages[1]
    assert max(map(len, pages[0].split(b"\r\n"))) <= max(WIDTH_MIN, min(columns, 100) - 2)


def test_any_other_command_line_goes_the_long_way(shop: Shop) -> None:
    assert shop.process("--no-color", "--help").out == shop.process("--help").out
    assert shop.process("--help", "plan").out == shop.process("--help").out
    assert shop.process("--versions").code == 64
    assert shop.process().code == shop.run().code


def _in_bash(folder: Path, closed: str, *words: str) -> tuple[int, str, str]:
    environment: dict[str, Any] = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    script = f'"$@" {closed}; exit ${{PIPESTATUS[0]}}'
    command = ["bash", "-c", script, "bash", sys.executable, *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    # A pipe may be gone before the page is written, or after.
    return (done.returncode if "|" not in closed else 0), done.stdout, done.stderr


def _read(terminal: int) -> bytes:
    text = b""
    try:
        while chunk := os.read(terminal, 2**16):
            text += chunk
    except OSError:  # the other side is closed
        pass
    finally:
        os.close(terminal)
    return text
