"""Where text goes, and whether it is painted: results to stdout, everything else to stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TextIO

import click

from reconciler.cli.output.streams import silence
from reconciler.plan import without_secrets
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


@dataclass(frozen=True, slots=True)
class Voice:
    """One of the run's two streams, with the paint that fits it."""

    say: Callable[[str], None]
    paint: Paint


class Console:
    """The run's two streams. Colour only on a terminal, and not where NO_COLOR, CI or --no-color say no."""

    def __init__(self, *, no_color: bool = False, verbose: bool = False) -> None:
        self.verbose = verbose
        self.was_cut = False
        self._secrets: frozenset[str] = frozenset()
        self.no_color = no_color or any(os.environ.get(name) for name in ("NO_COLOR", "CI"))

    def keep_secret(self, texts: Iterable[str]) -> None:
        """Remember what no message of another program may repeat."""
        self._secrets |= frozenset(texts)

    def guarded(self, message: str) -> str:
        """Return a message of another program without the secrets that it repeats."""
        return without_secrets(message, self._secrets) if self._secrets else message

    @property
    def out_paint(self) -> Paint:
        """How text for stdout is painted."""
        return self._paint(sys.stdout)

    @property
    def err_paint(self) -> Paint:
        """How text for stderr is painted."""
        return self._paint(sys.stderr)

    def ask(self, question: str) -> None:
        """Write a question, and leave the cursor behind it."""
        click.echo(question, err=True, nl=False, color=True)

    def voice(self, *, results: bool) -> Voice:
        """Return stdout for results, stderr for anything else."""
        return Voice(self.out, self.out_paint) if results else Voice(self.err, self.err_paint)

    @property
    def shows_progress(self) -> bool:
        """Tell whether somebody watches stderr."""
        return sys.stderr.isatty() and not os.environ.get("CI")

    def out(self, text: str) -> None:
        """Write a result. A reader that goes away does not end the run: an apply in progress would be half done."""
        try:
            click.echo(text, color=True)
        except BrokenPipeError:
            self.was_cut = True
            silence(sys.stdout)

    def err(self, text: str) -> None:
        """Write anything else."""
        try:
            click.echo(text, err=True, color=True)
        except BrokenPipeError:
            silence(sys.stderr)

    def _paint(self, stream: TextIO) -> Paint:
        dumb = os.environ.get("TERM") == "dumb"
        return plain if self.no_color or dumb or not stream.isatty() else _painted
