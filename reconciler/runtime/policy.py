"""How long sessions and their refresh tokens live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from reconciler.runtime.errors import DataProblem
from reconciler.session_type import Lifetime, Period

# For lifetimes that reach beyond what a database or a datetime can hold.
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
DEFAULT_REFRESH = Lifetime(30, Period.DAYS)


@dataclass(frozen=True, slots=True)
class RefreshPolicy:
    """How long a refresh token can be used, counted from the pair that it came with; `by_tag` has the exceptions."""

    default: Lifetime = DEFAULT_REFRESH
    by_tag: Mapping[str, Lifetime] = field(default_factory=dict)

    def expiry(self, tag: str, at: datetime) -> datetime:
        """Return when a refresh token that is made at a moment expires."""
        return ends(self.by_tag.get(tag, self.default), at)


def ends(lifetime: Lifetime, at: datetime, *, expires_in: int | None = None) -> datetime:
    """Return when a token that is made at a moment expires; `expires_in` (seconds) only ever shortens its lifetime."""
    end = min(lifetime.after(at) or FOREVER, FOREVER)
    if expires_in is None:
        return end
    return min(end, _seconds_after(at, expires_in))


def expires_in_problem(lifetime: Lifetime, at: datetime, expires_in: Any) -> DataProblem | None:
    """Return what is wrong with a wish for a shorter lifetime; a longer one would go round what was reviewed."""
    if expires_in is None:
        return None
    if not isinstance(expires_in, int) or isinstance(expires_in, bool) or expires_in < 1:
        return DataProblem("/expires_in", "A lifetime of its own is a whole number of seconds, at least 1.")
    if _seconds_after(at, expires_in) > ends(lifetime, at):
        detail = f"A session of this type lives for {lifetime}; a lifetime of its own can only be shorter."
        return DataProblem("/expires_in", detail)
    return None


def _seconds_after(at: datetime, seconds: int) -> datetime:
    try:
        return at + timedelta(seconds=seconds)
    except OverflowError:
        return FOREVER
