"""The README's table of figures, written from what one run of the command kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.machine import described, load_of
from benchmarks.rows import Row, markdown

README = Path(__file__).parents[1] / "README.md"
_BEGIN, _END = "<!-- figures -->\n", "<!-- /figures -->"


def write_readme(figures: Path) -> None:
    """Put the table of a run into the README, in place of the one that is there."""
    found = json.loads(figures.read_text(encoding="utf-8"))
    before, begin, rest = README.read_text(encoding="utf-8").partition(_BEGIN)
    _, end, after = rest.partition(_END)
    README.write_text(before + begin + section(found) + end + after, encoding="utf-8")


def section(found: dict[str, Any]) -> str:
    """Return what stands between the README's marks. A `note` tells what is to be known of provisional figures."""
    rows = [Row.from_json(row) for part in found["parts"].values() for row in part["rows"]]
    wanted = [row for row in rows if row.must is not None]
    met = sum(row.is_met is True for row in wanted)
    machine = f"{described(found)}, {load_of(found)}."
    notes = ["", found["note"]] if "note" in found else []
    return "\n".join(["", *markdown(wanted), "", f"{met} of {len(wanted)} met. {machine}", *notes, "", ""])
