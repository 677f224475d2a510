"""Who wrote a line: `git blame`, once per file, for the lines that are asked after, within a few seconds in all.

A line is left out where git can't tell: it is not committed, the file is not in a repository, or the history was cut
off before the line was written (in a shallow clone git would name whoever made the oldest commit that is there).
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reconciler.plan import LineCommit
from reconciler.project.git.command import run_git, text_of

_BUDGET_SECONDS = 5.0
_AT_ONCE = 4
# Lines that are no further apart are asked after as one range; beyond so many ranges the file is read whole.
_GAP = 8
_MOST_RANGES = 100

_LINE = re.compile(rb"([0-9a-f]{40,64}) \d+ (\d+)(?: \d+)?")
_ADDRESS = re.compile(r"(\S+)@\S+\.\S+")
_UNCOMMITTED = frozenset("0")


@dataclass(frozen=True, slots=True)
class BlamedFile:
    """A file, named from a folder of its repository, as it is there or, with a commit, as it was."""

    folder: Path
    path: str
    commit: str | None = None


def blame(
    wanted: Mapping[BlamedFile, Iterable[int]], *, budget_seconds: float = _BUDGET_SECONDS
) -> dict[BlamedFile, dict[int, LineCommit]]:
    """Return the commits of the wanted lines, as far as git can tell. What the time is not enough for is left out."""
    if not wanted:
        return {}
    deadline = time.monotonic() + budget_seconds
    cut_off = cache(_cut_off)

    def one(file: BlamedFile) -> dict[int, LineCommit]:
        left = deadline - time.monotonic()
        if left <= 0:
            return {}
        known, oldest = _blamed(file, sorted(set(wanted[file])), left)
        unknown = oldest & cut_off(file.folder) if oldest else oldest
        return {line: known[line] for line in wanted[file] if line in known and known[line].commit not in unknown}

    if len(wanted) == 1:
        return {file: one(file) for file in wanted}
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - slow to import

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip(wanted, pool.map(one, wanted), strict=True))


def _blamed(file: BlamedFile, lines: list[int], timeout_seconds: float) -> tuple[dict[int, LineCommit], set[str]]:
    """Return the commits of the lines, and those of them that nothing came before."""
    ranges = list(_ranges(lines))
    limits = [f"-L{first},{last}" for first, last in ranges] if len(ranges) <= _MOST_RANGES else []
    revision = [file.commit] if file.commit else []
    output = run_git(
        file.folder,
        *("blame", "--porcelain", "--no-textconv", "--encoding=UTF-8", *limits, *revision, "--", file.path),
        timeout_seconds=timeout_seconds,
    )
    return ({}, set()) if output is None else _parsed(output)


def _ranges(lines: Iterable[int]) -> Iterator[tuple[int, int]]:
    first = last = 0
    for line in lines:
        if first and line > last + _GAP:
            yield first, last
            first = line
        first, last = first or line, line
    if first:
        yield first, last


def _parsed(output: bytes) -> tuple[dict[int, LineCommit], set[str]]:
    """Read porcelain.

    A header stands at a commit's first line only; a line of the file follows a tab.
    """
    by_line: dict[int, str] = {}
    headers: dict[str, dict[bytes, bytes]] = {}
    commit = ""
    for row in output.split(b"\n"):
        if row.startswith(b"\t"):
            commit = ""
        elif commit:
            key, _, value = row.partition(b" ")
            headers[commit][key] = value
        elif found := _LINE.fullmatch(row):
            commit = found[1].decode()
            headers.setdefault(commit, {})
            by_line[int(found[2])] = commit
    commits = {commit: _commit(commit, headers[commit]) for commit in headers if set(commit) != _UNCOMMITTED}
    known = {line: commits[commit] for line, commit in by_line.items() if commit in commits}
    return known, {commit for commit in commits if b"boundary" in headers[commit]}


def _commit(commit: str, headers: Mapping[bytes, bytes]) -> LineCommit:
    author = headers.get(b"author", b"").decode("utf-8", "replace")
    return LineCommit(commit, author_name(author), int(headers.get(b"committer-time", b"0")))


def author_name(author: str) -> str:
    """Return a name as reports may show it: where it is a mail address, only what stands before the host."""
    return _ADDRESS.sub(r"\1", author)


def _cut_off(folder: Path) -> set[str]:
    """Return the commits at which a shallow clone's history was cut off."""
    listed = text_of(run_git(folder, "rev-parse", "--git-path", "shallow"))
    try:
        return set((folder / listed).read_text(encoding="ascii").split()) if listed else set()
    except (OSError, ValueError):
        return set()
