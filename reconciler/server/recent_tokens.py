"""What was known of API tokens a moment ago, so that the hot path need not ask the database each time.

A token that was revoked passes for half a second more at the most. One that is refused is never remembered.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from datetime import datetime

from fastapi.concurrency import run_in_threadpool

from reconciler.access import Token

REMEMBERED_SECONDS = 0.5
_MOST = 1000


class RecentTokens:
    """Tokens by the digests of their secrets. May be used by several threads at once."""

    def __init__(
        self,
        authenticate: Callable[[str], Token],
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._authenticate = authenticate
        self._clock = clock
        self._monotonic = monotonic
        self._known: dict[bytes, tuple[Token, float]] = {}
        self._asked: dict[bytes, asyncio.Future[Token]] = {}

    def known(self, secret: str) -> Token | None:
        """Return the token of a secret, if it was seen a moment ago and has not expired since."""
        token, until = self._known.get(_digest(secret), (None, 0.0))
        if token is None or self._monotonic() > until:
            return None
        return token if token.expires_at is None or token.is_usable(self._clock()) else None

    def learn(self, secret: str) -> Token:
        """Return the token of a secret, as the database knows it now. Raises TokenRefused."""
        began = self._monotonic()
        token = self._authenticate(secret)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[_digest(secret)] = token, began + REMEMBERED_SECONDS
        return token

    async def learned(self, secret: str) -> Token:
        """Learn it, once for all requests of the event loop that wait for it. Raises TokenRefused.

        Each moment that a token is remembered ends for all requests at once: asked one by one, they would take every
        thread, and a seventh of the processor.
        """
        digest = _digest(secret)
        asked = self._asked.get(digest)
        if asked is None:
            asked = self._asked[digest] = asyncio.ensure_future(run_in_threadpool(self.learn, secret))
            asked.add_done_callback(lambda done: self._answered(digest, done))
        # A client that goes away takes nothing from the others.
        return await asyncio.shield(asked)

    def _answered(self, digest: bytes, done: asyncio.Future[Token]) -> None:
        del self._asked[digest]
        if not done.cancelled():
            done.exception()  # so that it counts as seen where all who waited went away


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
