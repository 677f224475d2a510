"""What a registry keeps: records, where they come from, and the history of writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.session_type import SessionType
from reconciler.values import JsonValue


@dataclass(frozen=True, slots=True)
class Source:
    """Where a write comes from: the owning project, the manifest's file, the git commit, the plan's digest.

    A write without a source is another hand's: it leaves ownership and the applied spec as they are, and that is what
    drift detection reads.
    """

    project: str
    file: str | None = None
    commit: str | None = None
    plan: str | None = None


@dataclass(frozen=True, slots=True)
class ManagedBy:
    """Who owns a record, and the manifest that it was last applied from."""

    project: str
    file: str | None = None
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A session type as a registry keeps it.

    `spec` is None for a tombstone: an owned record that another hand deleted and no apply has settled yet. `applied`
    is what an apply wrote last, None where none ever did. `revision` grows with each write and is never used again,
    not even after a deletion; of a plain registry (see Snapshot) it is a digest of the content. Times are UTC. Where
    the registry does not tell who wrote and when, `updated_by` is empty and a time is None.
    """

    tag: str
    spec: SessionType | None
    revision: int
    managed_by: ManagedBy | None
    applied: SessionType | None
    created_at: datetime | None
    updated_at: datetime | None
    updated_by: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A live record that is no session type as we know them; `reason` is a sentence."""

    tag: str
    reason: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All records of a product at one moment, tombstones included, sorted by tag; `revision` is the product's.

    `keeps_applied` is False for a registry that knows neither owners nor applied specs, `exists` for one that is not
    there yet and would be created. `mark` is that of the newest entry in the history, where the registry tells it.
    `is_plain` tells of a registry that only keeps session types: no revision of the product, no history, one write at a
    time. `missing_ledger` is what such a one would be completed by, if it were there. Records that can't be read are
    told apart, so that one of them does not keep the others from being planned.
    """

    records: tuple[Record, ...] = ()
    revision: int = 0
    keeps_applied: bool = True
    exists: bool = True
    mark: str = field(default="", compare=False)
    is_plain: bool = False
    missing_ledger: str | None = None
    unreadable: tuple[Unreadable, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One write: who, when, from where, and each top-level field's values before and after (None: no such value).

    `revision` is the product's revision after the write: 1, 2, 3, … without a gap. `action` is create, update, delete,
    or adopt (ownership recorded, nothing changed).
    """

    revision: int
    tag: str
    action: str
    at: datetime
    actor: str
    source: Source | None
    changes: Mapping[str, tuple[JsonValue, JsonValue]] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """What tells this entry from another with its revision, after a backup was restored and written on."""
        return mark_of(self.revision, self.at)


def mark_of(revision: int, at: datetime) -> str:
    """Return the mark of the write that made a revision at a moment."""
    return f"{revision}-{int(at.timestamp() * 1_000_000):x}"
