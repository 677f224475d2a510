"""What was measured, as a table; and query plans as a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from benchmarks.session_scale.pruning import Pruning
from benchmarks.session_scale.questions import Statement, Timing

_MUST_MILLISECONDS = 100
_STATEMENT_LENGTH = 400


def table(found: Mapping[str, Any]) -> str:
    """Return the figures as text."""
    loads = " to ".join(f"{load:.1f}" for load in found["load_average"])
    return "\n".join((*_lines(found), "", f"Load average {loads} on {found['processors']} processors."))


def plans(explained: Iterable[tuple[str, list[tuple[Statement, list[str]]]]]) -> str:
    """Return the plans of each question's statements, as Markdown."""
    lines: list[str] = []
    for name, statements in explained:
        lines += [f"### {name}", "", "```text"]
        for statement, plan in statements:
            lines += [_shortened(statement.text), *(f"  {line}" for line in plan)]
        lines += ["```", ""]
    return "\n".join(lines)


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    for kind in ("postgresql", "sqlite"):
        if kind in found:
            yield from ("", f"{kind:<28}{'median':>10}{'worst':>10}   ms, must be under {_MUST_MILLISECONDS}")
            yield from (_timing(timing) for timing in found[kind]["answers"])
            yield _pruning(found[kind]["prune"])


def _timing(timing: Timing) -> str:
    missed = "   MISSED" if timing.median >= _MUST_MILLISECONDS else ""
    return f"{timing.name:<28}{timing.median:>10.1f}{timing.worst:>10.1f}{missed}"


def _pruning(pruning: Pruning) -> str:
    lots = f"{pruning.transactions:,} transactions, median {pruning.median_milliseconds:.0f} ms"
    longest = f"longest {pruning.longest_milliseconds:.0f} ms"
    return f"prune: {pruning.sessions:,} sessions in {pruning.seconds:.0f} s, {lots}, {longest}"


def _shortened(statement: str) -> str:
    """Return a statement on one line, without the columns that it gives."""
    text = " ".join(statement.split())
    return text if len(text) <= _STATEMENT_LENGTH else f"{text[:_STATEMENT_LENGTH]} …"
