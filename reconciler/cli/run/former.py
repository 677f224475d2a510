"""What git still knows of manifests that are gone: a record names the file and the commit that it was applied from.

A manifest that said `prevent_destroy` goes on protecting its record when it is removed, and its `sensitive` says what
of the record is to be masked. The file is read as that commit has it, the target's overlays with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import click

from reconciler.cli.run.against import Against, inside, recorded_commit
from reconciler.cli.run.inputs import Run
from reconciler.diagnostics import InvalidInput
from reconciler.plan import Former
from reconciler.port import Record
from reconciler.project import Revision, contents, repository_of


@dataclass(frozen=True, slots=True)
class _Trace:
    """Where the manifest of a record was; `dirty` tells that it may not have been what the commit has."""

    tag: str
    against: Against
    path: str
    dirty: bool

    @property
    def commit(self) -> str:
        return self.against.revision.commit


def former_manifests(run: Run, records: Iterable[Record]) -> Mapping[str, Former]:
    """Return what is known, by tag. Of what is not here git can't tell."""
    gone = list(records)
    top = repository_of(run.project.root) if gone else None
    if top is None:
        return {}
    traces = sorted(_traces(run, top, gone), key=lambda each: each.commit)
    texts = contents(top, [(each.commit, each.path) for each in traces])
    read = [(trace, text) for trace, text in zip(traces, texts, strict=True) if text is not None]
    found: dict[str, Former] = {}
    for _, of_commit in groupby(read, key=lambda each: each[0].commit):
        found |= _of_commit(list(of_commit))
    return found


def _traces(run: Run, top: Path, records: Iterable[Record]) -> Iterator[_Trace]:
    for record in records:
        owner = record.managed_by
        recorded = recorded_commit(owner.commit) if owner else None
        path = inside(top, run.project.root / owner.file) if owner and owner.file else None
        if recorded and path is not None:
            against = Against(run, Revision(top, recorded.commit), recorded.commit)
            yield _Trace(record.tag, against, path, recorded.dirty)


def _of_commit(read: list[tuple[_Trace, bytes]]) -> dict[str, Former]:
    against = read[0][0].against
    try:
        loaded = against.laid_over([against.file(trace.path, text) for trace, text in read])
    except (InvalidInput, click.UsageError):  # the overlays of then can't be read: what they said is not known
        return {}
    rules = {each.session_type.tag: each.lifecycle for each in loaded.desired}
    return {
        trace.tag: Former(
            # With uncommitted changes the manifest may have said more than its commit does.
            prevent_destroy=rules[trace.tag].prevent_destroy or (None if trace.dirty else False),
            sensitive=None if trace.dirty else rules[trace.tag].sensitive,
        )
        for trace, _ in read
        if trace.tag in rules
    }
