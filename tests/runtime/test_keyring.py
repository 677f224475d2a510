from __future__ import annotations

import base64
import os
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.runtime.keyring import HEADER_LENGTH, MasterKey, MasterKeyError, TokenKey, header_of, seal, unseal

SECRET = bytes(range(32))
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(SECRET).decode(),
        base64.urlsafe_b64encode(SECRET).decode(),
        base64.urlsafe_b64encode(SECRET).decode().rstrip("="),
        SECRET.hex(),
        f"  {SECRET.hex().upper()}\n",
    ],
)
def test_a_master_key_is_read_in_every_usual_spelling(text: str) -> None:
    assert MasterKey.parse(text, source="RECONCILER_MASTER_KEY") == MasterKey(SECRET)


@pytest.mark.parametrize("text", ["", "secret", "00" * 31, "é" * 43, base64.b64encode(bytes(33)).decode(), "=" * 44])
def test_a_malformed_master_key_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(MasterKeyError) as refused:
        MasterKey.parse(text, source="RECONCILER_MASTER_KEY")
    assert refused.value.message == "The master key in RECONCILER_MASTER_KEY is malformed"
    assert "openssl rand -base64 32" in refused.value.hint
    assert not text or text not in refused.value.message + refused.value.hint


def test_a_master_key_is_in_no_repr_and_its_fingerprint_tells_it_apart() -> None:
    key = MasterKey(SECRET)
    assert repr(key) == "MasterKey()"
    assert MasterKey.parse(key.text, source="") == key
    assert key.fingerprint == MasterKey(SECRET).fingerprint != MasterKey(bytes(32)).fingerprint
    assert key.fingerprint not in SECRET.hex()


def test_a_wrapped_key_opens_in_its_place_with_its_master_only() -> None:
    master = MasterKey(SECRET)
    wrapped = master.wrap(bytes(32), "prd/shop/1", os.urandom)
    assert master.unwrap(wrapped, "prd/shop/1") == bytes(32)
    for wrong, place in ((MasterKey(bytes(32)), "prd/shop/1"), (master, "stg/shop/1")):
        with pytest.raises(MasterKeyError, match="can't be unlocked"):
            wrong.unwrap(wrapped, place)


@given(text=st.binary(max_size=64), position=st.integers(0), bit=st.integers(0, 7))
def test_what_is_sealed_opens_unaltered_only(text: bytes, position: int, bit: int) -> None:
    sealed = seal(SECRET, text, "here", os.urandom)
    assert unseal(SECRET, sealed, "here") == text
    raw = bytearray(base64.b64decode(sealed))
    raw[position % len(raw)] ^= 1 << bit
    assert unseal(SECRET, base64.b64encode(raw).decode(), "here") is None


@pytest.mark.parametrize("sealed", ["", "a", "!!!!", "AAAA", "é"])
def test_garbage_is_not_unsealed(sealed: str) -> None:
    assert unseal(SECRET, sealed, "here") is None


def test_all_tokens_of_a_key_begin_alike_and_no_other_keys_do() -> None:
    one, two = (TokenKey.of(name * 16, NOW, SECRET) for name in "ab")
    assert {one.encrypt(text).partition(".")[0] for text in (b"", b"x", b"y" * 99)} == {one.header}
    assert one.header == header_of("a" * 16) != two.header
    assert len(one.header) == HEADER_LENGTH
    assert "secret" not in repr(one)
    assert base64.b64encode(SECRET).decode() not in repr(one)
