"""What git says: a session type with its place in the manifests and its lifecycle rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import cast

from reconciler.diagnostics import Location
from reconciler.nodes import Marks, value_location
from reconciler.session_type import SessionType
from reconciler.values import JsonObject, JsonValue, Path, removed_at, set_at, value_at


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """How a change is treated. Never sent to the registry."""

    prevent_destroy: bool = False
    ignore_changes: tuple[Path, ...] = ()
    sensitive: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Former:
    """What git says of the manifest that a record without one was applied from; None for what it can't tell.

    `unread` says why the commit that the record names can't be read, and how to mend it; None where it can, or where
    the record names none.
    """

    prevent_destroy: bool | None = None
    sensitive: tuple[Path, ...] | None = None
    unread: str | None = None


@dataclass(frozen=True, slots=True)
class Desired:
    """A session type as its manifest, overlays included, wants it.

    `file` is the manifest's file as the registry records it: relative to the project, wherever the run began.
    """

    session_type: SessionType
    location: Location
    file: str = ""
    marks: Marks = field(default_factory=dict, compare=False, repr=False)
    lifecycle: Lifecycle = Lifecycle()

    def locate(self, path: Path) -> Location:
        """Return where the value at `path` stands, or the nearest value around it."""
        return value_location(self.marks, path) or self.location

    def ignoring(self, live: SessionType) -> Desired:
        """Return this with every ignored field as `live` has it: what is ignored can't differ."""
        if not self.lifecycle.ignore_changes:
            return self
        wanted: JsonValue = self.session_type.to_json()
        there = live.to_json()
        for path in _whole_lifetimes(self.lifecycle.ignore_changes):
            try:
                wanted = set_at(wanted, path, value_at(there, path))
            except KeyError:
                wanted = removed_at(wanted, path)
        return replace(self, session_type=SessionType.from_json(cast("JsonObject", wanted)))


def _whole_lifetimes(paths: tuple[Path, ...]) -> Iterator[Path]:
    """Yield the paths, with the other half of a lifetime: a number of days and a number of hours do not mix."""
    for path in paths:
        yield from (("expiry",), ("period",)) if path in {("expiry",), ("period",)} else (path,)
