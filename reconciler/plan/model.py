"""The plan and its parts: frozen data, with nothing that could act, print or ask."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import TYPE_CHECKING

from reconciler.diagnostics import Location
from reconciler.plan.desired import Desired
from reconciler.plan.mask import secret_texts
from reconciler.plan.selection import Selection
from reconciler.session_type import SessionType
from reconciler.values import JsonObject, JsonValue, Path

if TYPE_CHECKING:
    from reconciler.port import Impact, Unreadable


class Action(StrEnum):
    """What is to be done with a record."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    NO_OP = "no-op"


class Origin(StrEnum):
    """Who moved, seen from what was applied last."""

    PENDING = "pending"  # git changed, live did not
    DRIFT = "drift"  # live changed, git did not
    CONFLICT = "conflict"  # both changed, differently
    CONVERGED = "converged"  # both changed to the same


class Risk(StrEnum):
    """What a change does to people, worst first."""

    BREAKING = "breaking"
    DISRUPTIVE = "disruptive"
    SAFE = "safe"
    NONE = "none"

    @classmethod
    def worst(cls, risks: list[Risk]) -> Risk:
        """Return the worst of several; `none` for none."""
        return min(risks, key=list(cls).index, default=cls.NONE)


class FieldClass(StrEnum):
    """What kind of change a field's is."""

    DISPLAY = "display"  # name, description
    SELECTOR = "selector"
    LIFETIME = "lifetime"
    FIELD_ADDED = "field-added"
    FIELD_REMOVED = "field-removed"
    TYPE_CHANGED = "type-changed"
    SAMPLE = "sample"  # another sample value of the same type


class Ownership(StrEnum):
    """Whose a record is, seen from this project."""

    NONE = "none"  # there is no record yet, or the registry records no owners
    OWN = "own"
    UNOWNED = "unowned"
    FOREIGN = "foreign"


class Missing(Enum):
    """Stands where there is no value at all: null is a value."""

    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field's change; `location` is where the manifest says so."""

    path: Path
    before: JsonValue | Missing
    after: JsonValue | Missing
    kind: FieldClass
    risk: Risk
    origin: Origin = Origin.PENDING
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be done with one record.

    `revision` is the precondition: the record's revision when the plan was made, None where there was no record (a
    tombstone's otherwise). A withheld change is shown and not executed. `records_ownership` asks for a write that
    changes no field: ownership is recorded, or a tombstone settled. `owner` is the project that owns a foreign record.
    `file` is the manifest's, as the registry records it. `impact` is None where nobody asked, or the registry can't
    tell. `unguarded` marks a deletion of which nobody knows whether the manifest, gone by now, forbade it;
    `unguarded_because` says why, where the record names a commit that can't be read here.
    `applied_commit` is what the record was last applied from, as the registry recorded it.
    """

    tag: str
    action: Action
    before: SessionType | None
    after: SessionType | None
    fields: tuple[FieldChange, ...] = ()
    revision: int | None = None
    ownership: Ownership = Ownership.NONE
    owner: str | None = None
    withheld: bool = False
    protected: bool = False
    records_ownership: bool = False
    location: Location | None = None
    file: str | None = None
    sensitive: tuple[Path, ...] = ()
    impact: Impact | None = None
    unguarded: bool = False
    unguarded_because: str | None = None
    applied_commit: str | None = None

    @property
    def risk(self) -> Risk:
        """The worst risk of its fields; deleting is disruptive."""
        if self.action is Action.DELETE:
            return Risk.DISRUPTIVE
        return Risk.worst([field.risk for field in self.fields])

    @property
    def interrupts(self) -> bool:
        """Tell whether people with a live session notice: it breaks what they use, or ends before its time."""
        return self.action in {Action.UPDATE, Action.DELETE} and self.risk in {Risk.BREAKING, Risk.DISRUPTIVE}

    @property
    def is_conflict(self) -> bool:
        """Tell whether git and live both changed some field, differently."""
        return any(field.origin is Origin.CONFLICT for field in self.fields)

    @property
    def needs_call(self) -> bool:
        """Tell whether carrying it out takes a call to the registry."""
        return not self.withheld and (self.action is not Action.NO_OP or self.records_ownership)

    def payload(self) -> JsonObject:
        """Return the top-level fields that an update sends: those that change, each whole."""
        if self.after is None:
            return {}
        spec = self.after.to_json()
        return {str(name): spec[str(name)] for name in dict.fromkeys(field.path[0] for field in self.fields)}


@dataclass(frozen=True, slots=True)
class Drift:
    """An owned record that is not as it was last applied: `live` is None where another hand deleted it.

    `fields` lead from applied to live; `by` and `at` tell who wrote last, and when, where the registry tells it.
    `two_way` says that nothing is known of an apply, and that `applied` is what the manifest says.
    """

    tag: str
    applied: SessionType
    live: SessionType | None
    fields: tuple[FieldChange, ...]
    by: str
    at: datetime | None
    revision: int | None
    location: Location | None = None
    sensitive: tuple[Path, ...] = ()
    impact: Impact | None = None
    two_way: bool = False


@dataclass(frozen=True, slots=True)
class Foreign:
    """A live record of another project; `wanted` tells that a manifest of this one asks for its tag too."""

    tag: str
    project: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that git and registry disagree about, sorted by tag.

    `revision` and `mark` are the product's when the plan was made; `keeps_applied` is False where drift can't be told
    from pending.
    `emptied` counts the records that were applied, where not a single one is live: a wrong list looks like that.
    `out_of_scope` are records of this project whose manifest is gone, or lies elsewhere than this run looked.
    `is_plain`, `missing_ledger` and `unreadable` are the snapshot's; a manifest asks for those in `wanted_unreadable`.
    """

    changes: tuple[Change, ...] = ()
    unchanged: tuple[Desired, ...] = ()
    drift: tuple[Drift, ...] = ()
    unmanaged: tuple[str, ...] = ()
    selection: Selection = Selection()
    revision: int = 0
    mark: str = ""
    keeps_applied: bool = True
    emptied: int = 0
    registry_exists: bool = True
    foreign: tuple[Foreign, ...] = ()
    out_of_scope: tuple[str, ...] = ()
    is_plain: bool = False
    missing_ledger: str | None = None
    unreadable: tuple[Unreadable, ...] = ()
    wanted_unreadable: frozenset[str] = frozenset()

    def secrets(self) -> frozenset[str]:
        """Return what no message of another program may repeat: the sensitive values on every side."""
        sides = [(side, each.sensitive) for each in self.changes for side in (each.before, each.after)]
        sides += [(side, each.sensitive) for each in self.drift for side in (each.applied, each.live)]
        sides += [(each.session_type, each.lifecycle.sensitive) for each in self.unchanged]
        found = (secret_texts(side.to_json(), paths) for side, paths in sides if side is not None and paths)
        return frozenset(text for texts in found for text in texts)

    @property
    def calls(self) -> tuple[Change, ...]:
        """The changes that need a call, in the order in which they are made: deletions last."""
        return tuple(sorted((c for c in self.changes if c.needs_call), key=lambda c: c.action is Action.DELETE))

    def count(self) -> Counter[Action]:
        """Count what would be executed, by action."""
        return Counter(change.action for change in self.changes if not change.withheld)
