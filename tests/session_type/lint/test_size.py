from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from reconciler.diagnostics import Code, Problem
from reconciler.session_type.lint import COOKIE_BYTES, lint, token_bytes
from tests.builders import session_type


def of_size(size: int, tag: str = "user") -> list[Problem]:
    found = lint(session_type(tag, schema={"userId": "user_123", "text": "é" * (size // 2)}))
    return [each for each in found if each.code is Code.TOKEN_SIZE]


def test_a_token_that_no_cookie_holds_is_a_warning_with_both_numbers() -> None:
    (found,) = of_size(4_000)
    sample = json.dumps({"userId": "user_123", "text": "é" * 2_000}, ensure_ascii=False, separators=(",", ":"))
    assert f"{token_bytes('user', sample):,} bytes" in found.detail
    assert "4,096" in found.detail
    assert (found.path, found.at_key) == (("schema",), True)


def test_a_token_that_fits_is_fine() -> None:
    assert of_size(2_000) == []


def test_the_warning_begins_where_the_cookie_ends() -> None:
    longest = max(size for size in range(2_000, 4_000, 2) if not of_size(size))
    sample = json.dumps({"userId": "user_123", "text": "é" * (longest // 2)}, ensure_ascii=False, separators=(",", ":"))
    assert token_bytes("user", sample) <= COOKIE_BYTES < token_bytes("user", sample + "..")


def test_the_tag_is_part_of_the_token() -> None:
    assert token_bytes("a" * 100, "{}") - token_bytes("a", "{}") == 99


@given(st.text(max_size=50), st.text(min_size=1, max_size=50))
def test_more_data_never_makes_a_shorter_token(sample: str, more: str) -> None:
    assert token_bytes("user", sample) <= token_bytes("user", sample + more)


def test_the_forecast_is_close_to_an_encrypted_token_of_that_form() -> None:
    header = len('{"alg":"dir","enc":"A256GCM","kid":"0123456789abcdef0123456789abcdef"}')
    claims = 200
    parts = [header, 0, 12, claims + len('{"userId":"user_123"}'), 16]
    exact = len("user:") + sum(-(-size * 4 // 3) for size in parts) + len("....")
    assert abs(token_bytes("user", '{"userId":"user_123"}') - exact) < 30
