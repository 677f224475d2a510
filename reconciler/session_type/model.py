"""SessionType: the seven fields, already valid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from json import JSONEncoder
from typing import Any

from reconciler.session_type.lifetime import Lifetime, Period
from reconciler.values import JsonObject, canonical_json, same_value

_text = JSONEncoder(ensure_ascii=False).encode
_PERIODS = {period.value: period for period in Period}
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
    _canonical: str = field(default="", init=False, repr=False, compare=False)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> SessionType:
        """Make one from what `to_json` gave, unchecked: for values that were checked when they were written."""
        return cls(**{**fields, "period": Period(fields["period"])})

    @classmethod
    def known(  # noqa: PLR0913, PLR0917 - in the order of the fields
        cls,
        name: str,
        tag: str,
        description: str,
        schema: JsonObject,
        selector: str,
        expiry: int,
        period: str,
        canonical: str,
    ) -> SessionType:
        """Make one of which the canonical form is known as well, unchecked."""
        made = cls(name, tag, description, schema, selector, expiry, _PERIODS[period])
        object.__setattr__(made, "_canonical", canonical)
        return made

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
        if not self._canonical:
            # It is asked for more than once, and nothing here changes.
            object.__setattr__(self, "_canonical", self._canonical_with(canonical_json(self.schema)))
        return self._canonical

    def with_canonical_schema(self, schema: str) -> SessionType:
        """Return this, whose schema's canonical form is known, so that it is not made again."""
        object.__setattr__(self, "_canonical", self._canonical_with(schema))
        return self

    def _canonical_with(self, schema: str) -> str:
        """Return the canonical form as `canonical_json` would: keys sorted."""
        length = self.lifetime
        seconds = length.seconds
        expiry, period = (length.months, "mo") if seconds is None else (seconds, "s")
        return (
            f'{{"description":{_text(self.description)},"expiry":{expiry},"name":{_text(self.name)},'
            f'"period":"{period}","schema":{schema},"selector":{_text(self.selector)},"tag":{_text(self.tag)}}}'
        )
