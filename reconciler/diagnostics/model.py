"""Location, Diagnostic, and Problem: a diagnostic that does not know its file yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from reconciler.diagnostics.codes import Code
from reconciler.errors import ReconcilerError
from reconciler.values import Path


class Severity(Enum):
    """An error makes the input invalid; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file. `file` is spelled as the user would type it; line and column count from 1, in characters."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a path of a value, whatever the value was read from.

    `at_key` points at the key itself and not at what it holds. `detail` and `hint` are full sentences.
    """

    code: Code
    path: Path
    detail: str
    hint: str = ""
    at_key: bool = False
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem, at one place, for a person to mend.

    `related` is a second place that belongs to it, such as the first of two duplicates.
    """

    code: Code
    detail: str
    location: Location | None = None
    hint: str = ""
    severity: Severity = Severity.ERROR
    related: Location | None = None


class InvalidInput(ReconcilerError):
    """Manifests or a project file can't be used; `diagnostics` says why, every reason at once.

    `sources` holds the texts of the files, to show the places in.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic], sources: Mapping[str, str] | None = None) -> None:
        self.diagnostics = in_order(diagnostics)
        self.sources = sources or {}
        super().__init__(f"{len(self.diagnostics)} problem(s) found")


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sort diagnostics by place, those without one first, and drop repetitions."""
    unlocated = Location("", 0, 0)
    unique = dict.fromkeys(diagnostics)
    return tuple(sorted(unique, key=lambda each: (each.location or unlocated, each.code.value, each.detail)))
