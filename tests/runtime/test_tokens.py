"""What a token holds, and that no other text passes for one."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwe, jws, jwt
from joserfc.jwk import OctKey

from reconciler.runtime import Verdict
from reconciler.runtime.events import Events
from reconciler.runtime.keyring import REGISTRY, Ring, TokenKey
from reconciler.runtime.surroundings import Surroundings
from reconciler.runtime.tokens import TOKEN_LENGTH_MAX, Place, TokenContent, make_token
from reconciler.runtime.verifier import Verifier
from tests.strategies import json_objects

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PLACE = ("shop", "prd")
KEY = TokenKey.of("0123456789abcdef", NOW, b"k" * 32)
OTHER = TokenKey.of("fedcba9876543210", NOW, b"o" * 32)
CONTENT = TokenContent(
    session_id="380b9090-ad71-402e-95d6-ee17013349b8",
    product="shop",
    env="prd",
    tag="user",
    revision=3,
    identifier="ada",
    issued_at=NOW,
    expires_at=NOW + timedelta(hours=1),
    data={"id": "ada", "age": 36, "rate": 1.5, "note": None, "name": "Ọ̀yọ́ 😀"},
)
TOKEN = make_token(CONTENT, KEY)
JWE = TOKEN.partition(":")[2]
INVALID = Verdict(valid=False, reason="invalid")


def verifier(*keys: TokenKey, at: datetime = NOW) -> Verifier:
    rings: dict[Place, Ring] = {PLACE: Ring.of(keys or (KEY,), (), 0.0)}
    empty = Ring.of((), (), 0.0)
    return Verifier(
        lambda place: rings.get(place, empty), lambda _: Events(0, ()), Surroundings(lambda: at, lambda: 0.0)
    )


def verdict(token: str, *keys: TokenKey, tag: str = "user", at: datetime = NOW) -> Verdict:
    return verifier(*keys, at=at).verify(PLACE, tag, token)


def test_a_token_is_its_tag_and_a_compact_jwe() -> None:
    opened = jwe.decrypt_compact(JWE, KEY.jwk, registry=REGISTRY)
    assert TOKEN.startswith("user:")
    assert opened.protected == {"alg": "dir", "enc": "A256GCM", "kid": KEY.key_id}
    assert json.loads(opened.plaintext or b"") == {
        "session": CONTENT.session_id,
        "product": "shop",
        "env": "prd",
        "tag": "user",
        "revision": 3,
        "user": "ada",
        "issued": 1_795_521_600_000,
        "expires": 1_795_525_200_000,
        "data": CONTENT.data,
    }


def test_a_good_token_tells_what_it_holds() -> None:
    assert verdict(TOKEN) == Verdict(
        valid=True,
        data=CONTENT.data,
        session_id=CONTENT.session_id,
        identifier="ada",
        expires_at=NOW + timedelta(hours=1),
    )


def test_a_token_expires_to_the_millisecond() -> None:
    last = CONTENT.expires_at - timedelta(milliseconds=1)
    assert verdict(TOKEN, at=last).valid
    assert verdict(TOKEN, at=CONTENT.expires_at) == Verdict(valid=False, reason="expired")


@given(data=json_objects)
def test_data_comes_back_as_it_was(data: dict[str, Any]) -> None:
    found = verdict(make_token(replace(CONTENT, data=data), KEY)).data
    assert json.dumps(found) == json.dumps(data)


@pytest.mark.parametrize("change", [{"product": "other"}, {"env": "stg"}, {"tag": "admin"}])
def test_a_token_of_another_product_environment_or_type_is_invalid(change: dict[str, str]) -> None:
    moved = make_token(replace(CONTENT, **change), KEY)  # type: ignore[arg-type] # texts all of them
    relabelled = "user:" + moved.partition(":")[2]
    assert verdict(relabelled) == INVALID
    if "tag" not in change:
        assert moved == relabelled
        assert verifier().verify((change.get("product", "shop"), change.get("env", "prd")), "user", moved) == INVALID


def test_a_token_where_it_does_not_belong_is_invalid() -> None:
    assert verdict(TOKEN, tag="admin") == INVALID
    assert verdict("admin:" + JWE, tag="admin") == INVALID
    assert verifier().verify(("shop", "stg"), "user", TOKEN) == INVALID
    assert verdict(TOKEN, OTHER) == INVALID


def encoded(value: Any) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def tricks() -> Iterator[str]:
    """Yield texts that other libraries, or careless ones, have taken for good tokens."""
    claims = json.dumps(CONTENT.claims()).encode()
    header = {"alg": "dir", "enc": "A256GCM", "kid": KEY.key_id}
    _, _, iv, text, mac = JWE.split(".")
    changes: list[dict[str, Any]] = [
        {"alg": "none"},
        {"alg": "A256KW"},
        {"alg": "PBES2-HS256+A128KW", "p2s": "AA", "p2c": 10**9},
        {"enc": "A128GCM"},
        {"enc": "A128CBC-HS256"},
        {"zip": "DEF"},
        {"crit": ["exp"]},
        {"kid": None},
    ]
    for change in changes:
        yield ".".join((encoded({**header, **change}), "", iv, text, mac))
    yield ".".join((encoded({"kid": KEY.key_id, "enc": "A256GCM", "alg": "dir"}), "", iv, text, mac))
    yield ".".join((encoded(b'{"alg":"dir", "enc":"A256GCM","kid":"0123456789abcdef"}'), "", iv, text, mac))
    yield ".".join((JWE.split(".")[0], encoded(b"key"), iv, text, mac))
    yield ".".join((JWE.split(".")[0], "", "", "", ""))
    yield f"{encoded({'alg': 'none'})}.{encoded(claims)}."
    yield jws.serialize_compact({"alg": "HS256", "kid": KEY.key_id}, claims, OctKey.import_key(KEY.secret))
    yield jwt.encode({"alg": "HS256"}, CONTENT.claims(), OctKey.import_key(KEY.secret))
    # Compressed, and of another algorithm, but made with the very key.
    everything = jwe.JWERegistry(algorithms=["dir", "A256GCM", "A256KW", "A256GCMKW", "DEF"])
    yield jwe.encrypt_compact({**header, "zip": "DEF"}, claims, KEY.jwk, registry=everything)
    yield jwe.encrypt_compact({**header, "alg": "A256KW"}, claims, KEY.jwk, registry=everything)
    yield jwe.encrypt_compact({**header, "alg": "A256GCMKW"}, claims, KEY.jwk, registry=everything)
    # The right header before what another key encrypted.
    yield JWE.split(".")[0] + "." + make_token(CONTENT, OTHER).partition(".")[2]
    yield from ("", ".", "....", "a" * TOKEN_LENGTH_MAX, "\0", "é", "\ud800", "\ud800.".join(JWE.split(".")), JWE + ".")
    yield from (f" {JWE}", f"{JWE}\n", f"{JWE}=", JWE.replace(".", ". ", 1), JWE.upper(), JWE[::-1], TOKEN)


def test_no_trick_with_headers_keys_and_forms_passes() -> None:
    found = {trick: verdict(trick, KEY, OTHER) for each in tricks() for trick in (each, f"user:{each}")}
    found.pop(TOKEN, None)
    assert len(found) > 50
    assert {trick for trick, answer in found.items() if answer != INVALID} == set()


def test_every_prefix_of_a_token_is_invalid() -> None:
    checked = verifier()
    assert {checked.verify(PLACE, "user", TOKEN[:length]) for length in range(len(TOKEN))} == {INVALID}


def flipped(random: random.Random, tokens: list[str]) -> str:
    """Flip one bit of a character."""
    token = random.choice(tokens)
    at = random.randrange(len(token))
    return token[:at] + chr(ord(token[at]) ^ 1 << random.randrange(7)) + token[at + 1 :]


def replaced(random: random.Random, tokens: list[str]) -> str:
    """Put another character of the alphabet in the place of one: the last of a part has bits that mean nothing."""
    token = random.choice(tokens)
    ends = [at for at, character in enumerate(token) if at + 1 == len(token) or token[at + 1] == "."]
    at = random.choice([*ends, random.randrange(len(token))])
    others = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".replace(token[at], "")
    return token[:at] + random.choice(others) + token[at + 1 :]


def cut(random: random.Random, tokens: list[str]) -> str:
    """Leave some characters out."""
    token = random.choice(tokens)
    at = random.randrange(len(token))
    return token[:at] + token[at + random.randint(1, 40) :]


def grown(random: random.Random, tokens: list[str]) -> str:
    """Put a character in, also such as lenient decoders skip."""
    token = random.choice(tokens)
    at = random.randrange(len(token) + 1)
    return token[:at] + random.choice("A_-.=+/ \n\0é") + token[at:]


def spliced(random: random.Random, tokens: list[str]) -> str:
    """Put together the parts of several tokens."""
    whole, other = random.sample(tokens, 2)
    parts, others = whole.split("."), other.split(".")
    at = random.choice([at for at in range(5) if parts[at] != others[at]])
    return ".".join([*parts[:at], others[at], *parts[at + 1 :]])


TAMPERINGS: list[Callable[[random.Random, list[str]], str]] = [flipped, replaced, cut, grown, spliced]


@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_of_100_000_tampered_tokens_none_is_valid_and_all_are_answered_alike(
    tamper: Callable[[random.Random, list[str]], str],
) -> None:
    rolled = random.Random(tamper.__name__)  # noqa: S311 - repeatable
    contents = [replace(CONTENT, identifier=f"u{number}", data={"n": "x" * number}) for number in range(8)]
    # Of one length and of several, under two keys.
    tokens = [make_token(content, key) for content in contents for key in (KEY, OTHER, KEY)]
    checked = verifier(KEY, OTHER)
    assert all(checked.verify(PLACE, "user", token).valid for token in tokens)
    tampered = (tamper(rolled, tokens) for _ in range(100_000 // len(TAMPERINGS)))
    assert {checked.verify(PLACE, "user", token) for token in tampered} == {INVALID}


@given(token=st.text() | st.text(max_size=20).map("user:".__add__))
def test_any_text_is_answered(token: str) -> None:
    assert verdict(token) == INVALID
