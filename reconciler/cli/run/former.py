"""What git still knows of manifests that are gone: a record names the file and the commit that it was applied from.

A manifest that said `prevent_destroy` goes on protecting its record when it is removed, and its `sensitive` says what
of the record is to be masked. The file is read as that commit has it, the target's overlays with it. A commit that is
not here, as in a shallow clone, may have forbidden the deletion: not knowing is no permission.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import click

from reconciler.cli.run.against import Against, RecordedCommit, inside, recorded_commit
from reconciler.cli.run.inputs import Run
from reconciler.diagnostics import InvalidInput
from reconciler.plan import Former
from reconciler.port import Record
from reconciler.project import Revision, contents, is_shallow, repository_of, why_not

_SHORT_COMMIT = 12


@dataclass(frozen=True, slots=True)
class _Trace:
    """Where the manifest of a record was; `dirty` tells that it may not have been what the commit has.

    `path` is as git has it, None where the record names no file of this repository.
    """

    tag: str
    against: Against
    path: str | None
    dirty: bool

    @property
    def commit(self) -> str:
        return self.against.revision.commit


def former_manifests(run: Run, records: Iterable[Record]) -> Mapping[str, Former]:
    """Return what is known, by tag, and where a commit can't be read, why. Of what is not here git can't tell."""
    recorded = [(record, named) for record in records if (named := _recorded(record))]
    top = repository_of(run.project.root) if recorded else None
    if top is None:
        return _without_git(run, {record.tag: each.commit for record, each in recorded})
    traces = sorted((_trace(run, top, *each) for each in recorded), key=lambda each: each.commit)
    placed = [(trace, trace.path) for trace in traces if trace.path is not None]
    texts = contents(top, [(trace.commit, path) for trace, path in placed])
    read = [(trace, path, text) for (trace, path), text in zip(placed, texts, strict=True) if text is not None]
    found = _unread(top, traces, {trace.tag for trace, _, _ in read})
    for _, of_commit in groupby(read, key=lambda each: each[0].commit):
        found |= _of_commit(list(of_commit))
    return found


def _recorded(record: Record) -> RecordedCommit | None:
    return recorded_commit(record.managed_by.commit) if record.managed_by else None


def _trace(run: Run, top: Path, record: Record, recorded: RecordedCommit) -> _Trace:
    file = record.managed_by.file if record.managed_by else None
    path = inside(top, run.project.root / file) if file else None
    return _Trace(record.tag, Against(run, Revision(top, recorded.commit), recorded.commit), path, recorded.dirty)


def _without_git(run: Run, commits: Mapping[str, str]) -> dict[str, Former]:
    why = (why_not(run.project.root) if commits else None) or "there is no work tree"
    cure = "Run in a full clone of the repository."
    return {tag: Former(unread=_can_not_be_read(commit, why, cure)) for tag, commit in commits.items()}


def _unread(top: Path, traces: Iterable[_Trace], read: Collection[str]) -> dict[str, Former]:
    """Return those whose manifest may be in a commit that is not here, or not wholly, as in a shallow clone."""
    lost: list[_Trace] = []
    missed = (trace for trace in traces if trace.tag not in read)
    for commit, of_commit in groupby(missed, key=lambda each: each.commit):
        group = list(of_commit)
        present = Revision(top, commit).present([trace.path for trace in group if trace.path is not None])
        lost += [trace for trace in group if present is None or trace.path in present]
    why, cure = _why_not_here(top) if lost else ("", "")
    return {trace.tag: Former(unread=_can_not_be_read(trace.commit, why, cure)) for trace in lost}


def _why_not_here(top: Path) -> tuple[str, str]:
    if is_shallow(top):
        return "this clone is shallow", "Fetch the history: `git fetch --unshallow`, in CI `fetch-depth: 0`."
    return "this clone lacks it, or a part of it", "Fetch it, or run in a full clone of its repository."


def _can_not_be_read(commit: str, why: str, cure: str) -> str:
    return f"the commit {commit[:_SHORT_COMMIT]} that it was applied from can't be read here ({why}). {cure}"


def _of_commit(read: list[tuple[_Trace, str, bytes]]) -> dict[str, Former]:
    against = read[0][0].against
    try:
        loaded = against.laid_over([against.file(path, text) for _, path, text in read])
    except (InvalidInput, click.UsageError):  # the overlays of then can't be read: what they said is not known
        return {}
    rules = {each.session_type.tag: each.lifecycle for each in loaded.desired}
    return {
        trace.tag: Former(
            # With uncommitted changes the manifest may have said more than its commit does.
            prevent_destroy=rules[trace.tag].prevent_destroy or (None if trace.dirty else False),
            sensitive=None if trace.dirty else rules[trace.tag].sensitive,
        )
        for trace, _, _ in read
        if trace.tag in rules
    }
