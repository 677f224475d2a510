"""What the planner and apply know of a registry. Adapters (`reconciler.registry`) implement it.

A registry is bound to one product. Reading and writing are separate protocols, so that `plan` and `drift` hold nothing
that could write; so is writing several records at once, which not every registry can.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

from reconciler.diagnostics import Problem
from reconciler.errors import ReconcilerError
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


@dataclass(frozen=True, slots=True)
class Create:
    """One write of a changeset: `Registry.create`, to be carried out."""

    session_type: SessionType
    source: Source | None = None

    @property
    def tag(self) -> str:
        """The tag that is written."""
        return self.session_type.tag


@dataclass(frozen=True, slots=True)
class Update:
    """One write of a changeset: `Registry.update`, to be carried out."""

    tag: str
    fields: Mapping[str, JsonValue]
    revision: int
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """One write of a changeset: `Registry.delete`, to be carried out."""

    tag: str
    revision: int
    source: Source | None = None


Write: TypeAlias = Create | Update | Delete


@dataclass(frozen=True, slots=True)
class EnvironmentImpact:
    """The live sessions and users of a session type in one environment."""

    environment: str
    live_sessions: int
    live_users: int


@dataclass(frozen=True, slots=True)
class Impact:
    """How many people a change of a session type reaches; None where the registry can't tell, which is not 0."""

    live_sessions: int | None = None
    live_users: int | None = None
    environments: tuple[EnvironmentImpact, ...] = ()


class Reader(Protocol):
    """The reading half of a registry."""

    def fetch(self) -> Snapshot:
        """Return all records of the product."""
        ...

    def history(self, *, tag: str | None = None, after: int = 0) -> Iterable[HistoryEntry]:
        """Return the entries of one tag, or of all, with a revision greater than `after`, oldest first."""
        ...


class ImpactReader(Reader, Protocol):
    """A reader that is asked for the impact of session types as well."""

    def impact(self, tag: str) -> Impact | None:
        """Return the impact of a session type; None where no record has the tag."""
        ...

    def impacts(self, tags: Collection[str]) -> Mapping[str, Impact]:
        """Return the impacts of several session types, asked for at once.

        A tag that is not in the answer is one of unknown impact, like a number that is None: never take it for 0.
        """
        ...


class Registry(Reader, Protocol):
    """A registry. Each write is atomic, and conditional on what the caller saw; each raises a RegistryError."""

    def create(self, session_type: SessionType, source: Source | None = None) -> Record:
        """Create a record. Raises StaleRecord where the tag exists (a tombstone does not count and is replaced)."""
        ...

    def update(
        self, tag: str, fields: Mapping[str, JsonValue], *, revision: int, source: Source | None = None
    ) -> Record:
        """Replace the given top-level fields, each whole. No fields with a source: record ownership only.

        Raises StaleRecord where the record is not at `revision`, RegistryRejected where the result would be invalid.
        """
        ...

    def delete(self, tag: str, *, revision: int, source: Source | None = None) -> None:
        """Delete a record; with a source also the tombstone. Another hand's deletion of an owned record leaves one.

        Raises StaleRecord where the record is not at `revision`.
        """
        ...


class ChangesetRegistry(Registry, Protocol):
    """A registry that can also carry out several writes as one."""

    def commit(self, writes: Sequence[Write]) -> None:
        """Carry out all writes in the given order, or none: one transaction, but an entry of the history for each.

        Raises what the single write would raise; the error's `tag` says which one it was.
        """
        ...


@dataclass(frozen=True, slots=True)
class RequestError:
    """One thing that a registry found wrong with a request: a JSON pointer into what was sent, and why."""

    pointer: str
    message: str
    hint: str = ""
    code: str = ""


class RegistryError(ReconcilerError):
    """A registry did not do what it was asked. `tag` is the session type that it is about, where it is about one.

    Of a registry behind HTTP it also tells what that answered: the status, the stable code for programs (empty where
    the answer had none), and everything that was wrong with the request. `status` is None where no answer came.
    """

    code: str = ""
    status: int | None = None
    errors: tuple[RequestError, ...] = ()

    def __init__(self, message: str, *, hint: str = "", tag: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.tag = tag


class RegistryUnavailable(RegistryError):
    """The registry gave no answer, or can't work at the moment."""


class RegistryDenied(RegistryError):
    """The registry did not accept the credentials, or they do not permit this."""


class RegistryRejected(RegistryError):
    """The registry found the request invalid."""


class InvalidSessionType(RegistryRejected):
    """The session type would break the rules. `problems` says how, field by field, where the registry told."""

    def __init__(
        self, message: str, *, hint: str = "", tag: str | None = None, problems: tuple[Problem, ...] = ()
    ) -> None:
        super().__init__(message, hint=hint, tag=tag)
        self.problems = problems


class IdempotencyConflict(RegistryRejected):
    """The idempotency key was used before, for another request."""


class StaleRecord(RegistryError):
    """The record is not at the expected revision: changed, created or deleted by somebody else. Nothing was written."""


class TagExists(StaleRecord):
    """A record was to be created where there is one."""
