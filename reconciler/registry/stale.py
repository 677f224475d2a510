"""What to tell somebody whose write came too late: what is there instead, and who put it there when."""

from __future__ import annotations

from datetime import datetime

from reconciler.port import HistoryEntry, Record, StaleRecord, TagExists
from reconciler.values import rfc3339

HINT = "Plan again to see the registry as it is now."


def exists_already(found: Record) -> TagExists:
    """Return the error for a record that was to be created."""
    return TagExists(
        f"`{found.tag}` exists already, at revision {found.revision}, {_last_written(found)}", hint=HINT, tag=found.tag
    )


def moved(found: Record, *, expected: int) -> StaleRecord:
    """Return the error for a record that is at another revision than the expected one."""
    return StaleRecord(
        f"`{found.tag}` is at revision {found.revision}, not {expected}: {_last_written(found)}",
        hint=HINT,
        tag=found.tag,
    )


def gone(tag: str, last: HistoryEntry | None, *, expected: int) -> StaleRecord:
    """Return the error for a record that is no more, or never was; `last` is the last that is known of it."""
    if last is None:
        return StaleRecord(f"`{tag}` does not exist, and was expected at revision {expected}", hint=HINT, tag=tag)
    return StaleRecord(
        f"`{tag}` was expected at revision {expected}, but {_by('deleted', last.actor, last.at)}", hint=HINT, tag=tag
    )


def _last_written(record: Record) -> str:
    return _by("deleted" if record.spec is None else "last written", record.updated_by, record.updated_at)


def _by(done: str, actor: str, at: datetime | None) -> str:
    return f"{done} by {actor}" + (f" at {rfc3339(at)}" if at else "")
