"""Session types, by the calls that the platform documents: create, update, fetch, fetch all, delete.

They write as any hand but `reconciler apply` does: who owns a session type keeps it, and `drift` reports the change.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NotRequired, TypedDict, TypeVar, Unpack, overload

from reconciler.port import ManagedBy, Record, RegistryUnavailable, StaleRecord, TagExists
from reconciler.registry.http import HttpRegistry
from reconciler.runtime import UnknownSessionType
from reconciler.session_type import FIELDS
from reconciler.session_type.rules import TAG_PATTERN
from reconciler.values import JsonObject

T = TypeVar("T")

# Each lost race means that another write came through, so somebody gets on; this many in a row are no accident.
_RACES = 10


class ChangedFields(TypedDict, total=False):
    """The fields of a session type that an update may change. Each is replaced whole, `schema` too."""

    name: str
    description: str
    schema: Mapping[str, Any]
    selector: str
    expiry: int
    period: str


class NewSessionType(TypedDict):
    """The seven fields of a session type; `description` may be left out.

    `schema` is sample data, `selector` the way to the user's identifier in it (`$Session{userId}`), and a session lives
    for `expiry` periods: `seconds`, `minutes`, `hours`, `days`, `weeks`, `months` or `years`.
    """

    name: str
    tag: str
    description: NotRequired[str]
    schema: Mapping[str, Any]
    selector: str
    expiry: int
    period: str


@dataclass(frozen=True, slots=True)
class LiveSessionType:
    """A session type as the registry has it: the seven fields, and what the registry tells of them.

    `period` is in its canonical spelling. `revision` grows with each write. `managed_by` is the project that owns it,
    None where no `reconciler apply` wrote it.
    """

    name: str
    tag: str
    description: str
    schema: JsonObject
    selector: str
    expiry: int
    period: str
    revision: int
    created_at: datetime
    updated_at: datetime
    updated_by: str
    managed_by: ManagedBy | None

    def to_json(self) -> JsonObject:
        """Return the seven fields as JSON."""
        return {name: getattr(self, name) for name in FIELDS}


class SessionTypeCalls:
    """The session types of a product. Reads need the role `read`, the others `write`.

    Each call can raise RegistryUnavailable and RegistryDenied besides what it names.
    """

    def __init__(self, registry: HttpRegistry) -> None:
        self._registry = registry

    @overload
    def create(self, fields: Mapping[str, Any], /) -> LiveSessionType: ...

    @overload
    def create(self, /, **named: Unpack[NewSessionType]) -> LiveSessionType: ...

    def create(self, fields: Mapping[str, Any] | None = None, /, **named: Any) -> LiveSessionType:
        """Create a session type from its seven fields, given by name or as one mapping (see NewSessionType).

        However often it has to be sent, it is created once. Raises TagExists, InvalidSessionType.
        """
        try:
            return _live(self._registry.create_from({**(fields or {}), **named}))
        except TagExists as taken:
            taken.hint = "Update it, or choose another tag."
            raise

    @overload
    def update(self, tag: str, changed: Mapping[str, Any], /, *, revision: int | None = None) -> LiveSessionType: ...

    @overload
    def update(
        self, tag: str, /, *, revision: int | None = None, **named: Unpack[ChangedFields]
    ) -> LiveSessionType: ...

    def update(
        self, tag: str, changed: Mapping[str, Any] | None = None, /, *, revision: int | None = None, **named: Any
    ) -> LiveSessionType:
        """Change only the given fields, by name or as one mapping; each is replaced whole. No field: nothing happens.

        Without a `revision` the last write wins, whoever wrote in between. With one, the session type must still be at
        it: StaleRecord. Raises UnknownSessionType, InvalidSessionType.
        """
        fields = {**(changed or {}), **named}
        if not fields:
            return self.fetch(tag)
        return _live(self._written(tag, revision, lambda current: self._registry.update(tag, fields, revision=current)))

    def fetch(self, tag: str) -> LiveSessionType:
        """Return a session type. Raises UnknownSessionType."""
        return _live(self._record(tag))

    def fetch_all(self) -> tuple[LiveSessionType, ...]:
        """Return all session types of the product, sorted by tag."""
        return tuple(_live(record) for record in self._registry.fetch().records if record.spec is not None)

    def delete(self, tag: str, *, revision: int | None = None) -> None:
        """Delete a session type; nobody can start a session of it any more. `revision` is as in `update`.

        Raises UnknownSessionType, StaleRecord.
        """
        self._written(tag, revision, lambda current: self._registry.delete(tag, revision=current))

    def _written(self, tag: str, revision: int | None, write: Callable[[int], T]) -> T:
        """Write at a revision, or at whatever the session type is at."""
        for _ in range(_RACES):
            try:
                return write(self._record(tag).revision if revision is None else revision)
            except StaleRecord as lost:
                moved = lost
                if revision is not None:
                    break
        moved.hint = "Fetch the session type again to see it as it is now."
        raise moved

    def _record(self, tag: str) -> Record:
        record = self._registry.record(tag) if re.fullmatch(TAG_PATTERN, tag) else None
        if record is None or record.spec is None:
            raise UnknownSessionType(f"There is no session type `{tag}`", tag=tag)
        return record


def _live(record: Record) -> LiveSessionType:
    spec = record.spec
    if spec is None:
        raise UnknownSessionType(f"`{record.tag}` was deleted meanwhile", tag=record.tag)
    if record.created_at is None or record.updated_at is None:  # a registry server always knows them
        raise RegistryUnavailable(f"The registry gave no times of `{record.tag}`", tag=record.tag)
    return LiveSessionType(
        name=spec.name,
        tag=spec.tag,
        description=spec.description,
        schema=spec.schema,
        selector=spec.selector,
        expiry=spec.expiry,
        period=spec.period.value,
        revision=record.revision,
        created_at=_told(record.created_at),
        updated_at=_told(record.updated_at),
        updated_by=record.updated_by,
        managed_by=record.managed_by,
    )


def _told(moment: datetime | None) -> datetime:
    """Return a time of a record. Only registries that are no server of ours do without."""
    if moment is None:
        raise AssertionError("a registry server tells when a record was written")
    return moment
