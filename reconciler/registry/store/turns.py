"""What the writers of one process line up at before they take a connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Semaphore

from sqlalchemy.exc import TimeoutError as PoolTimeout


class NoTurn(PoolTimeout):
    """No turn was free, or none became so in time."""


class Turns:
    """So many turns at once; a writer holds one for the length of its transaction.

    `seconds` is how long one waits for it, None for as long as it takes.
    """

    def __init__(self, at_once: int, seconds: float | None) -> None:
        self._free = Semaphore(at_once)
        self._seconds = seconds

    @contextmanager
    def one(self, *, waits: bool) -> Iterator[None]:
        """Take a turn; one that does not wait may find none. Raises NoTurn."""
        if not self._free.acquire(blocking=waits, timeout=self._seconds if waits else None):
            raise NoTurn("All turns of writers are taken")
        try:
            yield
        finally:
            self._free.release()
