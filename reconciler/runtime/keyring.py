"""Keys: those that tokens are encrypted with, one ring per product and environment, and the master key that wraps them.

A token says in its header which key it was made with. The header is ours to the letter, so it is looked up as it
stands: a header that we did not write, be it of another algorithm, finds no key and is never parsed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc import jwe
from joserfc.jwk import OctKey
from joserfc.util import urlsafe_b64decode

from reconciler.port import RegistryUnavailable

KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
_KEY_ID_BYTES = 8
# No other algorithm, and no compression.
REGISTRY = jwe.JWERegistry(algorithms=["dir", "A256GCM"])

_FORMS = "32 random bytes in base64, as `openssl rand -base64 32` makes them"


class MasterKeyError(RegistryUnavailable):
    """The master key is missing, malformed, or not the one that the keys were wrapped with."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """The key that wraps all others. It never enters the database; its fingerprint does. `source` is for messages."""

    secret: bytes = field(repr=False)
    source: str = field(default="", repr=False, compare=False)

    @classmethod
    def parse(cls, text: str, *, source: str) -> Self:
        """Read a master key. Raises MasterKeyError, which names the source and not the text."""
        compact = "".join(text.split())
        try:
            if re.fullmatch("[0-9a-fA-F]{64}", compact):
                secret = bytes.fromhex(compact)
            else:
                padded = compact.rstrip("=") + "=" * (-len(compact.rstrip("=")) % 4)
                secret = base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True)
        except (ValueError, binascii.Error):
            secret = b""
        if len(secret) != KEY_BYTES:
            raise MasterKeyError(f"The master key in {source} is malformed", hint=f"It is {_FORMS}.")
        return cls(secret, source)

    @property
    def text(self) -> str:
        """The key as `parse` reads it."""
        return base64.b64encode(self.secret).decode()

    @property
    def fingerprint(self) -> str:
        """What tells two master keys apart and tells nothing else."""
        return hmac.digest(self.secret, b"reconciler master key", hashlib.sha256).hex()[:16]

    def wrap(self, key: bytes, place: str, randomness: Callable[[int], bytes]) -> str:
        """Encrypt a key, bound to its place."""
        return seal(self.secret, key, place, randomness)

    def unwrap(self, wrapped: str, place: str) -> bytes:
        """Decrypt a key. Raises MasterKeyError where this is another master key, or the key was moved or altered."""
        key = unseal(self.secret, wrapped, place)
        if key is None or len(key) != KEY_BYTES:
            raise MasterKeyError("A session key in the database can't be unlocked: it is damaged")
        return key


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A key that tokens are made with, ready for use. `header` is how each of its tokens begins."""

    key_id: str
    active_from: datetime
    secret: bytes = field(repr=False)
    jwk: OctKey = field(repr=False, compare=False)
    header: str = field(compare=False)
    cipher: AESGCM = field(repr=False, compare=False)

    @classmethod
    def of(cls, key_id: str, active_from: datetime, secret: bytes) -> Self:
        """Prepare a key."""
        jwk = OctKey.import_key(secret)
        return cls(key_id, active_from, secret, jwk, header_of(key_id), AESGCM(secret))

    def encrypt(self, text: bytes) -> str:
        """Return a compact JWE."""
        return jwe.encrypt_compact(protected(self.key_id), text, self.jwk, registry=REGISTRY)

    def decrypt(self, text: str) -> bytes | None:
        """Open a compact JWE that begins with this key's header; None for one that was altered.

        What the library does for a header that it must parse first. That takes it longer than the rest.
        """
        try:
            header, wrapped, *parts = text.encode("ascii").split(b".")
            nonce, sealed, tag = map(urlsafe_b64decode, parts)
            # The lengths are fixed, or one text could be parted in several ways.
            if wrapped or (len(nonce), len(tag)) != (_NONCE_BYTES, _TAG_BYTES):
                return None
            return self.cipher.decrypt(nonce, sealed + tag, header)
        except (InvalidTag, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class Ring:
    """The keys of a product in an environment. `retired` are headers whose tokens are known to be worthless.

    `locked` are headers whose tokens may be good, while this process can't unwrap their key, and why it can't.
    """

    by_header: Mapping[str, TokenKey]
    retired: frozenset[str]
    loaded_at: float
    locked: Mapping[str, MasterKeyError] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        keys: Iterable[TokenKey],
        retired: Iterable[str],
        loaded_at: float,
        locked: Mapping[str, MasterKeyError] | None = None,
    ) -> Self:
        """Make a ring; `locked` are ids of keys."""
        reasons = {header_of(key_id): reason for key_id, reason in (locked or {}).items()}
        return cls({key.header: key for key in keys}, frozenset(map(header_of, retired)), loaded_at, reasons)

    def key(self, header: str) -> TokenKey | None:
        """Return the key of a header; None where no token of it can be good. Raises MasterKeyError for a locked one."""
        if reason := self.locked.get(header):
            # Anew, or each time that it is raised would add to one and the same traceback.
            raise MasterKeyError(reason.message, hint=reason.hint)
        return self.by_header.get(header)


def protected(key_id: str) -> dict[str, str]:
    """Return the protected header of a key's tokens."""
    return {"alg": "dir", "enc": "A256GCM", "kid": key_id}


def header_of(key_id: str) -> str:
    """Return how all tokens of a key begin."""
    # Asked of the library, so that nothing here has to know how it writes a header.
    empty = jwe.encrypt_compact(protected(key_id), b"", OctKey.import_key(bytes(KEY_BYTES)), registry=REGISTRY)
    return empty.partition(".")[0]


def new_key_id(randomness: Callable[[int], bytes]) -> str:
    """Return an id for a new key."""
    return randomness(_KEY_ID_BYTES).hex()


HEADER_LENGTH = len(header_of("0" * 2 * _KEY_ID_BYTES))


def seal(secret: bytes, text: bytes, place: str, randomness: Callable[[int], bytes]) -> str:
    """Encrypt something with AES-GCM, bound to the place where it will be kept."""
    nonce = randomness(_NONCE_BYTES)
    return base64.b64encode(nonce + AESGCM(secret).encrypt(nonce, text, place.encode())).decode()


def unseal(secret: bytes, sealed: str, place: str) -> bytes | None:
    """Decrypt what `seal` made; None where it was altered or moved, or this is another secret."""
    try:
        raw = base64.b64decode(sealed, validate=True)
        return AESGCM(secret).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], place.encode())
    except (InvalidTag, ValueError):
        return None
