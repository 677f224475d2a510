"""Refresh tokens: opaque texts of 256 random bits, kept as digests.

The answer to a refresh is kept for a client that may not have received it, encrypted with the refresh token that was
used up for it: only who has that token, and not who reads the database, can have the answer again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from reconciler.runtime.keyring import seal, unseal
from reconciler.runtime.model import Pair
from reconciler.runtime.surroundings import milliseconds, moment_of

# How long the answer to a refresh is given again to the client that may not have received it.
GRACE = timedelta(seconds=10)

# A fixed beginning, so that secret scanners find it.
_FORM = re.compile(r"rcr_(?P<id>[0-9a-f]{16})_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token; `token_id` is no secret."""

    token_id: str
    text: str = field(repr=False)

    @classmethod
    def make(cls, randomness: Callable[[int], bytes]) -> Self:
        """Make a new one."""
        token_id = randomness(8).hex()
        secret = base64.urlsafe_b64encode(randomness(32)).rstrip(b"=").decode()
        return cls(token_id, f"rcr_{token_id}_{secret}")

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read one; None for anything else."""
        form = _FORM.fullmatch(text)
        return cls(form["id"], text) if form else None

    @property
    def digest(self) -> str:
        """What is kept of it."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def matches(self, digest: str) -> bool:
        """Tell whether this is the token of a digest, in constant time."""
        return hmac.compare_digest(self.digest, digest)

    def seal(self, pair: Pair, randomness: Callable[[int], bytes]) -> str:
        """Encrypt the pair that this token was exchanged for."""
        return seal_pair(self._secret, pair, self.token_id, randomness)

    def unseal(self, sealed: str) -> Pair | None:
        """Decrypt it."""
        return unseal_pair(self._secret, sealed, self.token_id)

    @property
    def _secret(self) -> bytes:
        return hmac.digest(self.text.encode(), b"reconciler refresh answer", hashlib.sha256)


def client_digest(client_key: str) -> str:
    """Return what is kept of a client's key."""
    return hashlib.sha256(client_key.encode("utf-8", "surrogatepass")).hexdigest()


def seal_pair(secret: bytes, pair: Pair, place: str, randomness: Callable[[int], bytes]) -> str:
    """Encrypt a pair, bound to the place where it will be kept."""
    fields = [
        pair.token,
        pair.refresh_token,
        pair.session_id,
        milliseconds(pair.expires_at),
        milliseconds(pair.refresh_expires_at),
    ]
    return seal(secret, json.dumps(fields).encode(), place, randomness)


def unseal_pair(secret: bytes, sealed: str, place: str) -> Pair | None:
    """Decrypt a pair; None where that was altered or moved, or this is another secret."""
    text = unseal(secret, sealed, place)
    if text is None:
        return None
    token, refresh_token, session_id, expires, refresh_expires = json.loads(text)
    return Pair(token, refresh_token, session_id, moment_of(expires), moment_of(refresh_expires))
