"""Running a transaction again that the database gave up in favour of another.

PostgreSQL does that for deadlocks, and for conflicts under isolation levels above READ COMMITTED; databases that speak
its protocol and always isolate so (CockroachDB) expect it of every client. Pauses have full jitter, so that those who
collided do not collide again.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

T = TypeVar("T")

ATTEMPTS = 20
_FIRST_PAUSE = 0.01
_LONGEST_PAUSE = 0.5


def retried(transaction: Callable[[], T], is_transient: Callable[[DBAPIError], bool]) -> T:
    """Run a transaction until it succeeds, fails for another reason, or has been tried often enough."""
    for pause in _pauses():
        try:
            return transaction()
        except DBAPIError as error:
            if not is_transient(error):
                raise
        time.sleep(pause)
    return transaction()


def _pauses() -> Iterator[float]:
    for attempt in range(ATTEMPTS - 1):
        yield random.uniform(0, min(_FIRST_PAUSE * 2**attempt, _LONGEST_PAUSE))  # noqa: S311 - no secret
