"""Where a command's document goes: to stdout in one format, and to files in others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler import plan, render
from reconciler.cli.options import Command, format_option
from reconciler.cli.output.files import write_atomically
from reconciler.errors import ReconcilerError
from reconciler.render import FORMATS, View

if TYPE_CHECKING:
    from reconciler.cli.run.planning import Planned
    from reconciler.plan import PlanDocument

_TOLD = "reconciler.told"  # where the run's context keeps the document that was handed out


@dataclass(frozen=True, slots=True)
class Report:
    """A file that gets the document in a format of its own."""

    format: str
    file: Path


class SharedFile(click.UsageError):
    """Two outputs were to be in one file. No report tells of it, since one of the two may be a saved plan."""


class _ReportType(click.ParamType[Report]):
    name = "report"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Report:
        """Read `FORMAT=FILE`."""
        name, equals, file = str(value).partition("=")
        if not equals or not file:
            self.fail(f"{value!r} is not FORMAT=FILE, as in markdown=plan.md.", param, ctx)
        if name not in FORMATS:
            self.fail(f"{name!r} is no format; it is one of {', '.join(FORMATS)}.", param, ctx)
        return Report(name, Path(file))

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        """Complete the format; the file is for the shell, once the format is there."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only while a shell asks

        del ctx, param
        if "=" in incomplete:
            return [CompletionItem(incomplete, type="file")]
        return [CompletionItem(f"{name}=") for name in FORMATS if name.startswith(incomplete)]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was asked for."""

    output_format: str = "text"
    reports: tuple[Report, ...] = ()
    view: View = field(default_factory=View)

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Delivery:
        """Read a command's options; those of other commands ask for nothing but their format."""
        context = click.get_current_context(silent=True)
        drift = bool(context and context.command.name == "drift")
        view = View(drift=drift, strict=options.get("strict", False), max_bytes=options.get("max_bytes"))
        return cls(options.get("output_format", "text"), options.get("reports", ()), view)

    @property
    def is_machine(self) -> bool:
        """Tell whether stdout is for a program: then it holds one document, on an error too."""
        return self.output_format != "text"

    def document_of(self, planned: Planned) -> PlanDocument:
        """Return the document that the outputs need, made once, after the reports are written from it."""
        if not self.is_whole:
            return planned.document()
        document = plan.sealed(planned.document(with_unchanged=True))
        self.write(document)
        return document

    @property
    def is_whole(self) -> bool:
        """Tell whether the document goes anywhere as such: then it holds what is unchanged, too."""
        return self.is_machine or bool(self.reports)

    @property
    def formats(self) -> set[str]:
        """Every format that was asked for."""
        return {self.output_format, *(report.format for report in self.reports)}

    def check(self, saved: str = "") -> None:
        """Refuse, before anything is done, what can't work. Raises UsageError and ReconcilerError.

        `saved` is the plan that the command writes or carries out.
        """
        if self.view.max_bytes is not None and "markdown" not in self.formats:
            raise click.UsageError("--max-bytes is for markdown: it needs --format markdown or --report markdown=FILE.")
        for report in self.reports:
            if report.file.is_dir() or not report.file.parent.is_dir():
                why = "it is a folder" if report.file.is_dir() else f"there is no folder {report.file.parent}"
                raise ReconcilerError(f"The report can't be written to {report.file}: {why}")
        files = [*([Path(saved)] if saved else []), *(report.file for report in self.reports)]
        for file, times in Counter(each.resolve() for each in files if each.is_file() or not each.exists()).items():
            if times > 1:
                raise SharedFile(f"Two outputs can't both be in {file}: give each a file of its own.")

    def text(self, document: PlanDocument) -> str:
        """Return the document as stdout gets it."""
        return render.render_as(self.output_format, document, self.view)

    def write(self, document: PlanDocument) -> None:
        """Write every report that can be written. Raises ReconcilerError for those that can't."""
        if context := click.get_current_context(silent=True):
            context.meta[_TOLD] = document
        failures = []
        for report in self.reports:
            try:
                write_atomically(report.file, render.render_as(report.format, document, self.view) + "\n")
            except OSError as error:
                failures.append(f"The report can't be written to {report.file}: {error.strerror}")
        if failures:
            raise ReconcilerError("; ".join(failures))

    def conclude(self, code: int, plan_file: str) -> None:
        """Tell GitHub how the run ended, where that was asked for. Raises ReconcilerError.

        `plan_file` is the saved plan that it wrote or carried out, if there is one.
        """
        context = click.get_current_context(silent=True)
        document = context.meta.get(_TOLD) if context else None
        if document and "github" in self.formats:
            from reconciler.cli.output.github_files import Ending, tell_github  # noqa: PLC0415 - only on GitHub

            if failures := tell_github(document, self.view, Ending(code, plan_file)):
                raise ReconcilerError("; ".join(failures))


def asked_reports(written: Iterable[str]) -> tuple[Report, ...]:
    """Return the reports among what was written behind `--report`, right or wrong."""
    found = (each.partition("=") for each in written)
    return tuple(Report(name, Path(file)) for name, _, file in found if name in FORMATS and file)


def report_options(function: Command) -> Command:
    """Add `--report` and `--max-bytes`."""
    options = (
        click.option(
            "--report",
            "reports",
            metavar="FORMAT=FILE",
            type=_ReportType(),
            multiple=True,
            help=f"Write the result to a file as well: {', '.join(FORMATS)}. Repeatable.",
        ),
        click.option(
            "--max-bytes",
            metavar="N",
            type=click.IntRange(1),
            help="Cut markdown to so many bytes; conflicts and breaking changes stay.",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def all_formats(function: Command) -> Command:
    """Add `--format` with every format, `--report` and `--max-bytes`."""
    return format_option(*FORMATS)(report_options(function))
