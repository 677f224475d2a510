"""Where the process begins: it answers `--help` and `--version` alone at once, and leaves the rest to click."""

from __future__ import annotations

import os
import sys

from reconciler.cli.front_page import MARGIN, VERSION, WIDTH_MAX, WIDTH_MIN, front_page
from reconciler.cli.output.streams import prepare_streams, silence

_COLUMNS = 80


def main() -> int:
    """Run the command line of this process and return its exit code."""
    arguments = sys.argv[1:]
    if len(arguments) == 1 and "_RECONCILER_COMPLETE" not in os.environ:
        match arguments[0]:
            case "--help" | "-h":
                return _say(front_page(_width()))
            case "--version":
                return _say(VERSION)
    from reconciler.cli.main import main as run  # noqa: PLC0415 - it imports click

    return run()


def _width() -> int:
    """Return the width of the page, by click's own rule."""
    return max(min(_columns(), WIDTH_MAX) - MARGIN, WIDTH_MIN)


def _columns() -> int:
    """Return what `shutil.get_terminal_size` does, which takes long to import."""
    try:
        columns = int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        columns = 0
    if columns > 0:
        return columns
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or _COLUMNS  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):  # closed, or no terminal
        return _COLUMNS


def _say(text: str) -> int:
    """Write to stdout as click does: a reader that went away is told of by the exit code alone."""
    prepare_streams()
    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except OSError as error:
        silence(sys.stdout)  # Python would complain once more while closing it
        if not isinstance(error, BrokenPipeError):
            sys.stderr.write(f"Error: The output can't be written: {error.strerror}\n")
        return 1
    return 0
