"""What the session runtime takes from the world, handed in so that tests can hand in their own."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The time of day, a clock that only goes forward (in seconds), and random bytes fit for secrets."""

    clock: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = time.monotonic
    randomness: Callable[[int], bytes] = os.urandom

    def now(self) -> datetime:
        """Return the present moment, to the millisecond: what tokens and rows say must agree."""
        at = self.clock()
        return at.replace(microsecond=at.microsecond // 1000 * 1000)


def milliseconds(moment: datetime) -> int:
    """Return a moment as milliseconds since 1970."""
    return (moment - _EPOCH) // _MILLISECOND


def moment_of(milliseconds: int) -> datetime:
    """Return the moment of so many milliseconds since 1970."""
    return _EPOCH + milliseconds * _MILLISECOND
