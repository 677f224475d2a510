"""The envelope around each call: AES-256-CBC with PKCS7 under the SHA-256 of a public key, as `hex(iv):base64(text)`.

The key travels beside it and nothing authenticates it: it hides a call from a careless log, and keeps no secret. That
is TLS's part. The form is the platform's, byte for byte that of crypto-js.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

_BLOCK = 16


class BrokenEnvelope(Exception):
    """The text is no envelope, or of another key. Whoever opens one says it in their own terms."""


def encrypt(plaintext: bytes, public_key: str, iv: bytes | None = None) -> str:
    """Return the envelope of a text. `iv` is random where it is not given."""
    iv = os.urandom(_BLOCK) if iv is None else iv
    padder = PKCS7(_BLOCK * 8).padder()
    encryptor = _cipher(public_key, iv).encryptor()
    ciphertext = encryptor.update(padder.update(plaintext) + padder.finalize()) + encryptor.finalize()
    return f"{iv.hex()}:{base64.b64encode(ciphertext).decode()}"


def decrypt(envelope: str, public_key: str) -> bytes:
    """Return the text in an envelope. Raises BrokenEnvelope; of a wrong key it may also be some other text."""
    iv, _, encoded = envelope.partition(":")
    try:
        decryptor = _cipher(public_key, bytes.fromhex(iv)).decryptor()
        padded = decryptor.update(base64.b64decode(encoded, validate=True)) + decryptor.finalize()
        unpadder = PKCS7(_BLOCK * 8).unpadder()
        return unpadder.update(padded) + unpadder.finalize()
    except (ValueError, binascii.Error):
        raise BrokenEnvelope("it is no envelope, or one of another key") from None


def _cipher(public_key: str, iv: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES256(hashlib.sha256(public_key.encode()).digest()), modes.CBC(iv))
