"""Asks git who wrote the lines that a plan's changes stand at. What is unchanged is not asked about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.run.inputs import Run
from reconciler.diagnostics import Location
from reconciler.plan import Authors, Change, Drift, FieldChange, FieldClass, LineCommit, Origin, Plan, Risk
from reconciler.project import BlamedFile, blame

if TYPE_CHECKING:
    from reconciler.cli.run.against import Against

# Each takes two calls of git; a plan with more of them is not read one by one.
_MOST_REMOVALS = 50


def authors_of(run: Run, plan: Plan, against: Against | None = None) -> Authors:
    """Return who is behind the plan's changes and its drift, as far as git tells.

    The riskiest changes come first: git gets a few seconds and no more.
    """
    order = list(Risk)
    changes = sorted(plan.changes, key=lambda each: order.index(each.risk))
    entries: Iterable[Change | Drift] = (*changes, *plan.drift)
    lines: dict[str, set[int]] = {}
    for place in chain.from_iterable(map(_places, entries)):
        lines.setdefault(place.file, set()).add(place.line)
    files = {_blamed(file, against): file for file in lines}
    found = blame({blamed: lines[file] for blamed, file in files.items()})
    by_line = {(files[each], line): commit for each, lines in found.items() for line, commit in lines.items()}
    return Authors(by_line, {} if against else _removals(run, changes))


def _removals(run: Run, changes: Iterable[Change]) -> dict[str, LineCommit]:
    """Return who removed fields, by tag: it is sure where one commit touched manifest and overlays since the apply."""
    removing = [each for each in changes if each.location and any(map(_is_removal, each.fields))][:_MOST_REMOVALS]
    if not removing:
        return {}
    from reconciler.cli.run.against import inside, recorded_commit  # noqa: PLC0415 - few plans remove anything
    from reconciler.project import only_commit_since, repository_of  # noqa: PLC0415 - as above

    top = repository_of(run.project.root)
    if top is None:
        return {}
    found: dict[str, LineCommit] = {}
    for change in removing:
        since = recorded_commit(change.applied_commit)
        files = [run.project.root / (change.file or ""), *(each.path for each in run.overlays())]
        paths = [inside(top, file) for file in files]
        if since and not since.dirty and None not in paths:
            commit = only_commit_since(top, since.commit, [path for path in paths if path])
            found |= {change.tag: commit} if commit else {}
    return found


def _is_removal(field: FieldChange) -> bool:
    return field.kind is FieldClass.FIELD_REMOVED and field.origin is Origin.PENDING


def _places(entry: Change | Drift) -> Iterator[Location]:
    yield from ([entry.location] if entry.location else [])
    yield from (field.location for field in entry.fields if field.location)


def _blamed(file: str, against: Against | None) -> BlamedFile:
    if against:
        return against.blamed(file)
    real = Path(file).resolve()  # of a link git would tell who made the link
    return BlamedFile(real.parent, real.name)
