"""Writes as values, for a registry that carries out several as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from reconciler.port.records import Source
from reconciler.session_type import SessionType
from reconciler.values import JsonValue


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
