"""A small memory of what was just found out: bounded, and with an end that no later use puts off."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Memory(Generic[T]):
    """Remembers values by a secret text for some seconds. May be used by several threads at once.

    It keeps digests, so that no secret lies about in it; the oldest values go first.
    """

    def __init__(self, seconds: float, size: int, monotonic: Callable[[], float]) -> None:
        self._seconds = seconds
        self._size = size
        self._monotonic = monotonic
        self._kept: OrderedDict[bytes, tuple[float, T]] = OrderedDict()
        self._lock = Lock()

    def recall(self, secret: str) -> T | None:
        """Return the value that was kept, while it counts."""
        if not self._seconds:
            return None
        name = _digest(secret)
        with self._lock:
            found = self._kept.get(name)
            if found is None or found[0] > self._monotonic():
                return found[1] if found else None
            del self._kept[name]
            return None

    def keep(self, secret: str, value: T, since: float) -> None:
        """Keep a value that was true at the moment `since`."""
        if not self._seconds or self._size < 1:
            return
        name = _digest(secret)
        with self._lock:
            self._kept[name] = (since + self._seconds, value)
            self._kept.move_to_end(name)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
