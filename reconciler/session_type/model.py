"""SessionType: the seven fields, already valid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.session_type.lifetime import Lifetime, Period
from reconciler.values import JsonObject, canonical_json, same_value

FIELDS = ("name", "tag", "description", "schema", "selector", "expiry", "period")


@dataclass(frozen=True, slots=True)
class SessionType:
    """A session type. Aliases of the period are folded and the description is a string, if an empty one."""

    name: str
    tag: str
    description: str
    schema: JsonObject
    selector: str
    expiry: int
    period: Period

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> SessionType:
        """Make one from what `to_json` gave, unchecked: for values that were checked when they were written."""
        return cls(**{**fields, "period": Period(fields["period"])})

    @property
    def lifetime(self) -> Lifetime:
        """The expiry and its period as one value."""
        return Lifetime(self.expiry, self.period)

    def to_json(self) -> JsonObject:
        """Return the seven fields as JSON, in the order in which people write them."""
        return {
            "name": self.name,
            "tag": self.tag,
            "description": self.description,
            "schema": self.schema,
            "selector": self.selector,
            "expiry": self.expiry,
            "period": self.period.value,
        }

    def lasts_like(self, other: SessionType) -> bool:
        """Tell whether both lifetimes mean the same."""
        written_alike = self.expiry == other.expiry and self.period is other.period
        return written_alike or self.lifetime.same_as(other.lifetime)

    def same_as(self, other: SessionType) -> bool:
        """Tell whether both are one in canonical form: lifetimes by meaning, schemas whatever their key order."""
        return self is other or (
            self.name == other.name
            and self.tag == other.tag
            and self.description == other.description
            and self.selector == other.selector
            and self.lasts_like(other)
            and same_value(self.schema, other.schema)
        )

    def canonical(self) -> str:
        """Return the canonical form as text: equal for session types that are the same, and only for those."""
        length = self.lifetime
        return canonical_json(
            {**self.to_json(), "expiry": length.seconds or length.months, "period": "s" if length.seconds else "mo"}
        )
