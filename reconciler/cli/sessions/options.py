"""What the session commands share: their options, how they say what they found, and how they fail."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

import click

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.help import Page, page
from reconciler.cli.options import Command, Globals, completed
from reconciler.cli.output.console import Console
from reconciler.cli.output.reporting import reported
from reconciler.cli.run.inputs import Run
from reconciler.cli.sessions.runtime import Runtime, env_option, master_key_option, open_runtime
from reconciler.plan import DiagnosticEntry
from reconciler.render import Paint, render_json
from reconciler.runtime import SessionKeys, Sessions
from reconciler.values import JsonObject

_CODES = (ExitCode.OK, ExitCode.ERROR, ExitCode.INVALID, ExitCode.UNREACHABLE)
_VERSION = "1.0"


def session_page(examples: str) -> Page:
    """Return the help page of a command on sessions."""
    return page(examples, *_CODES, variables=["RECONCILER_MASTER_KEY"])


def _error_document(entries: Iterable[DiagnosticEntry]) -> JsonObject:
    listed: list[Any] = list(entries)
    return {"format_version": _VERSION, "errored": True, "diagnostics": listed}


session_reported = partial(reported, document=_error_document)


def runtime_options(function: Command) -> Command:
    """Add what says where the sessions are."""
    return env_option(master_key_option(function))


def session_type_options(function: Command) -> Command:
    """Add `TAG` and what says where the sessions are."""
    return click.argument("tag", shell_complete=completed("tags"))(runtime_options(function))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command works on, from its options on. A context manager: it holds a database or a connection."""

    runtime: Runtime
    opened: AbstractContextManager[Runtime]
    env: str
    tag: str
    output_format: str

    @classmethod
    def of(cls, given: Globals, options: dict[str, Any]) -> Self:
        """Open the registry that is meant."""
        file: Path | None = options["master_key_file"]
        opened = open_runtime(Run.of(given), options["env"], file)
        return cls(opened.__enter__(), opened, options["env"], options.get("tag", ""), options["output_format"])

    @property
    def sessions(self) -> Sessions:
        """The sessions."""
        return self.runtime.sessions

    @property
    def keys(self) -> SessionKeys:
        """The keys."""
        return self.runtime.keys

    def say(self, console: Console, document: JsonObject, text: Callable[[Paint], str]) -> None:
        """Print what was found: the document, or the text that is made for the terminal."""
        if self.output_format == "json":
            console.out(render_json({"format_version": _VERSION, **document}))
        else:
            console.out(text(console.out_paint))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.opened.__exit__(None, None, None)
