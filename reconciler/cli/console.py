"""Where text goes, and whether it is painted: results to stdout, everything else to stderr."""

from __future__ import annotations

import os
import sys
from typing import Any, TextIO

import click

from reconciler.render import Paint, plain
from reconciler.render.paint import Style

_LOOKS: dict[str, dict[str, Any]] = {
    "create": {"fg": "green"},
    "update": {"fg": "yellow"},
    "delete": {"fg": "red"},
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow"},
    "strong": {"bold": True},
    "faint": {"dim": True},
}


def _painted(text: str, style: Style, /) -> str:
    return click.style(text, **_LOOKS[style])


class Console:
    """The run's two streams. Colour only on a terminal, and not where NO_COLOR, CI or --no-color say no."""

    def __init__(self, *, no_color: bool = False, verbose: bool = False) -> None:
        self.verbose = verbose
        self._plain = no_color or any(os.environ.get(name) for name in ("NO_COLOR", "CI"))

    @property
    def out_paint(self) -> Paint:
        """How text for stdout is painted."""
        return self._paint(sys.stdout)

    @property
    def err_paint(self) -> Paint:
        """How text for stderr is painted."""
        return self._paint(sys.stderr)

    @property
    def shows_progress(self) -> bool:
        """Tell whether somebody watches stderr."""
        return sys.stderr.isatty() and not os.environ.get("CI")

    def out(self, text: str) -> None:
        """Write a result."""
        click.echo(text, color=True)

    def err(self, text: str) -> None:
        """Write anything else."""
        click.echo(text, err=True, color=True)

    def _paint(self, stream: TextIO) -> Paint:
        dumb = os.environ.get("TERM") == "dumb"
        return plain if self._plain or dumb or not stream.isatty() else _painted
