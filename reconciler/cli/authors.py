"""Asks git who wrote the lines that a plan's changes stand at. What is unchanged is not asked about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from reconciler.cli.against import Against
from reconciler.diagnostics import Location
from reconciler.plan import Authors, Change, Drift, Plan, Risk
from reconciler.project import BlamedFile, blame


def authors_of(plan: Plan, against: Against | None = None) -> Authors:
    """Return the commits of the lines that the plan's changes and its drift stand at, as far as git tells them.

    The riskiest changes come first: git gets a few seconds and no more.
    """
    order = list(Risk)
    entries: Iterable[Change | Drift] = (*sorted(plan.changes, key=lambda each: order.index(each.risk)), *plan.drift)
    lines: dict[str, set[int]] = {}
    for place in chain.from_iterable(map(_places, entries)):
        lines.setdefault(place.file, set()).add(place.line)
    files = {_blamed(file, against): file for file in lines}
    found = blame({blamed: lines[file] for blamed, file in files.items()})
    return {(files[each], line): commit for each, by_line in found.items() for line, commit in by_line.items()}


def _places(entry: Change | Drift) -> Iterator[Location]:
    yield from ([entry.location] if entry.location else [])
    yield from (field.location for field in entry.fields if field.location)


def _blamed(file: str, against: Against | None) -> BlamedFile:
    if against:
        return against.blamed(file)
    real = Path(file).resolve()  # of a link git would tell who made the link
    return BlamedFile(real.parent, real.name)
