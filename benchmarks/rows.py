"""What was found, row by row: a figure, what it must be, and whether it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

_WIDTH = 66


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. It must be at most `must`, or at least, if `at_least` says so; where that is None it only informs.

    `beside` says what else was measured that helps to judge it: the times themselves, the same ratio by processor time.
    `figure` is None where nothing could be measured, and `beside` then says why.
    """

    what: str
    figure: float | None
    must: float | None = None
    at_least: bool = False
    beside: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether the figure is what it must be; None where it need not be anything."""
        if self.must is None:
            return None
        if self.figure is None:
            return False
        return self.figure >= self.must if self.at_least else self.figure <= self.must

    @property
    def missed_by(self) -> float | None:
        """How many times the figure is off, where the row is not met and that can be said."""
        if self.is_met is not False or not self.figure or not self.must:
            return None
        return self.must / self.figure if self.at_least else self.figure / self.must

    @property
    def wanted(self) -> str:
        """What the figure must be, as text."""
        return "" if self.must is None else f"{'≥' if self.at_least else '≤'} {number(self.must)}"

    @property
    def verdict(self) -> str:
        """Whether it is met, as text."""
        if self.figure is None:
            return "not measured"
        if self.is_met is False:
            return f"missed by {self.missed_by:.2f} times" if self.missed_by else "missed"
        return "met" if self.is_met else ""

    def to_json(self) -> dict[str, Any]:
        """Return the row with its verdict."""
        return {**asdict(self), "is_met": self.is_met, "missed_by": self.missed_by}

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Row:
        """Return what `to_json` gave."""
        return cls(found["what"], found["figure"], found["must"], found["at_least"], found["beside"])


def number(value: float | None) -> str:
    """Return a figure as a reader wants it: three digits, and no point behind a whole number."""
    if value is None:
        return "-"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:,.0f}"  # noqa: PLR2004 - more digits than three


def table(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the lines of rows as text."""
    yield f"{'':{_WIDTH}} {'figure':>8} {'must':>8}"
    for row in rows:
        yield f"{row.what:{_WIDTH}} {number(row.figure):>8} {row.wanted:>8}  {row.verdict}"
        if row.beside:
            yield f"    {row.beside}"


def markdown(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the lines of rows as a table in Markdown."""
    yield "| what | must | figure | | measured |"
    yield "|---|---|---|---|---|"
    for row in rows:
        yield f"| {row.what} | {row.wanted} | {number(row.figure)} | {row.verdict} | {row.beside} |"
