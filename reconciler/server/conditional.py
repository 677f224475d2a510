"""Writing at the revision that If-Match names.

The store takes one revision and compares it under its lock. A single ETag is handed to it as it is. For `*` and lists
the record is read first, which decides nothing: should it move before the write, the store refuses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from reconciler.port import StaleRecord
from reconciler.registry.store import StoreReader
from reconciler.server.conditions import Condition
from reconciler.server.problems import ProblemCode, Refusal

_ANY_TRIES = 5
_Done = TypeVar("_Done")
_Found = TypeVar("_Found")


def existing(found: _Found | None, tag: str) -> _Found:
    """Return what was found of a tag. Raises Refusal where nothing was."""
    if found is None:
        raise Refusal(ProblemCode.NOT_FOUND, f"There is no session type `{tag}` in this product.", tag=tag)
    return found


def at_matching_revision(condition: Condition, reader: StoreReader, tag: str, write: Callable[[int], _Done]) -> _Done:
    """Write at the revision that the condition allows. Raises StaleRecord, or Refusal, where none does."""
    if not condition.any:
        return write(_revision_among(condition.strong, reader, tag))
    for _ in range(_ANY_TRIES - 1):
        try:
            return write(existing(reader.record(tag), tag).revision)
        except StaleRecord:
            continue  # somebody wrote in between, which `*` does not mind
    return write(existing(reader.record(tag), tag).revision)


def _revision_among(revisions: frozenset[int], reader: StoreReader, tag: str) -> int:
    if len(revisions) == 1:
        return next(iter(revisions))
    record = reader.record(tag)
    if record is None or record.revision not in revisions:
        at = "does not exist" if record is None else f"is at revision {record.revision}"
        raise Refusal(ProblemCode.STALE_RECORD, f"`{tag}` {at}, and no ETag in If-Match matches that.", tag=tag)
    return record.revision
