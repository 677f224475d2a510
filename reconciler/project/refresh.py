"""How long refresh tokens live, as the project file says it: `refresh:`, with a default and exceptions by tag."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from reconciler.session_type import Lifetime, Period

_EXPIRY_MAX = 2**31 - 1


def _period(spelled: Any) -> Any:
    if isinstance(spelled, str) and Period.read(spelled) is None:
        raise PydanticCustomError("period", "use {known}", {"known": ", ".join(Period)})
    return Period.read(spelled) if isinstance(spelled, str) else spelled


class LifetimeFields(BaseModel):
    """A lifetime, spelled as in a manifest."""

    model_config = ConfigDict(extra="forbid", strict=True)

    expiry: Annotated[int, Field(ge=1, le=_EXPIRY_MAX)]
    period: Annotated[Period, BeforeValidator(_period)]

    def lifetime(self) -> Lifetime:
        """Return it."""
        return Lifetime(self.expiry, self.period)


class RefreshFields(BaseModel):
    """The default, and what some session types have in its place."""

    model_config = ConfigDict(extra="forbid", strict=True)

    default: LifetimeFields | None = None
    types: Mapping[str, LifetimeFields] = {}

    def lifetimes(self) -> dict[str, Lifetime]:
        """Return the exceptions by tag."""
        return {tag: fields.lifetime() for tag, fields in self.types.items()}
