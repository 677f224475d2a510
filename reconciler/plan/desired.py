"""What git says: a session type with its place in the manifests and its lifecycle rules."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from reconciler.diagnostics import Location
from reconciler.nodes import Marks, value_location
from reconciler.session_type import SessionType
from reconciler.values import JsonObject, Path, value_at


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """How a change is treated. Never sent to the registry."""

    prevent_destroy: bool = False
    ignore_changes: tuple[Path, ...] = ()
    sensitive: tuple[Path, ...] = ()


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
        spec = self.session_type.to_json()
        for path in self.lifecycle.ignore_changes:
            spec = _taking(spec, live.to_json(), path)
        return replace(self, session_type=SessionType.from_json(spec))


def _taking(spec: JsonObject, live: JsonObject, path: Path) -> JsonObject:
    """Return `spec` with the value at `path` as in `live`: set, or removed where `live` has none."""
    *around, last = path
    copy = _copied_along(spec, tuple(around))
    try:
        holder = value_at(copy, tuple(around))
        holder_of_live = value_at(live, tuple(around))
    except KeyError:
        return spec
    if isinstance(holder, dict) and isinstance(holder_of_live, dict) and isinstance(last, str):
        if last in holder_of_live:
            holder[last] = holder_of_live[last]
        else:
            holder.pop(last, None)
    return copy


def _copied_along(value: JsonObject, path: Path) -> JsonObject:
    """Return a copy that shares nothing with `value` along `path`."""
    copy = dict(value)
    if path and isinstance(path[0], str) and isinstance(inner := copy.get(path[0]), dict):
        copy[path[0]] = _copied_along(inner, path[1:])
    return copy
