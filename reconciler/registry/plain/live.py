"""What a plain registry offers: five calls, each without a condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from reconciler.port import Unreadable
from reconciler.session_type import SessionType
from reconciler.values import JsonValue


@dataclass(frozen=True, slots=True)
class Live:
    """A session type as it is live. The times are the registry's, where it tells them."""

    spec: SessionType
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def tag(self) -> str:
        """The tag of the session type."""
        return self.spec.tag


Found: TypeAlias = Live | Unreadable


class LiveSessions(Protocol):
    """The session types of one product.

    Each call raises a RegistryError; a RegistryUnavailable leaves it open whether a write was carried out.
    """

    @property
    def place(self) -> str:
        """What the registry is called in messages."""
        ...

    def list(self) -> tuple[Found, ...]:
        """Return all of them."""
        ...

    def find(self, tag: str) -> Found | None:
        """Return one; None where there is none."""
        ...

    def create(self, session_type: SessionType) -> None:
        """Create one."""
        ...

    def update(self, fields: Mapping[str, JsonValue], *, before: SessionType, after: SessionType) -> None:
        """Replace the given fields, each whole, which leads from `before` to `after`."""
        ...

    def delete(self, before: SessionType) -> None:
        """Delete one."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...
