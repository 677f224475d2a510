"""How long sessions and their refresh tokens live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

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


def exceeds(lifetime: Lifetime, at: datetime, expires_in: int) -> bool:
    """Tell whether so many seconds are longer than the lifetime that begins at a moment."""
    return _seconds_after(at, expires_in) > ends(lifetime, at)


def _seconds_after(at: datetime, seconds: int) -> datetime:
    try:
        return at + timedelta(seconds=seconds)
    except OverflowError:
        return FOREVER
