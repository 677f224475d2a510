"""Rows as a table in plain text."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.render.paint import Paint, plain


def render_table(columns: Sequence[str], rows: Sequence[Sequence[str]], paint: Paint = plain) -> str:
    """Return the rows under their heads, in columns as wide as they must be."""
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    return "\n".join([paint(_line(columns, widths), "faint"), *(_line(row, widths) for row in rows)])


def render_pairs(pairs: Sequence[tuple[str, str]], paint: Paint = plain) -> str:
    """Return names with their values, one pair a line."""
    width = max(len(name) for name, _ in pairs)
    return "\n".join(f"{paint(name.ljust(width), 'faint')}  {value}" for name, value in pairs)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
