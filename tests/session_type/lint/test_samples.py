"""Made-up credentials, put together here so that no scanner takes this file for a leak."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.diagnostics import Code, Problem, Severity
from reconciler.session_type import LINT_CODES, SessionType
from reconciler.session_type.lint import lint
from reconciler.values import JsonObject, JsonValue, Path, value_at
from tests.builders import session_type
from tests.strategies import session_types

BODY = "q7Zx2LmN9vRt4KpW8sYb3HdF6gJc1TnA5eUi0oXw"  # as random as a token's


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def pem(kind: str) -> str:
    return f"-----BEGIN {kind}-----\n{BODY}\n-----END {kind}-----\n"


JWT = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part({'sub': '1'})}.{BODY}"
REAL: list[tuple[Code, JsonValue]] = [
    (Code.SAMPLE_PRIVATE_KEY, pem("PRIVATE " + "KEY")),
    (Code.SAMPLE_PRIVATE_KEY, pem("RSA PRIVATE " + "KEY")),
    (Code.SAMPLE_PRIVATE_KEY, pem("OPENSSH PRIVATE " + "KEY")),
    (Code.SAMPLE_PRIVATE_KEY, pem("PGP PRIVATE " + "KEY BLOCK")),
    (Code.SAMPLE_PRIVATE_KEY, "the key: " + pem("EC PRIVATE " + "KEY")),
    (Code.SAMPLE_JWT, JWT),
    (Code.SAMPLE_JWT, f"Bearer {JWT}"),
    (Code.SAMPLE_JWT, f"user-session:{JWT}"),
    (Code.SAMPLE_JWT, f"{part({'alg': 'none'})}.{part({})}."),
    (Code.SAMPLE_JWT, f"{part({'alg': 'dir', 'enc': 'A256GCM'})}..{BODY[:16]}.{BODY}.{BODY[:22]}"),
    (Code.SAMPLE_TOKEN, "AKIA" + "Z7Q2NMX4PLKW8RTV"),
    (Code.SAMPLE_TOKEN, "ASIA" + "Z7Q2NMX4PLKW8RTV"),
    (Code.SAMPLE_TOKEN, "key=AKIA" + "Z7Q2NMX4PLKW8RTV;"),
    (Code.SAMPLE_TOKEN, "ghp_" + BODY[:36]),
    (Code.SAMPLE_TOKEN, "gho_" + BODY[:36]),
    (Code.SAMPLE_TOKEN, "ghs_" + BODY[:36]),
    (Code.SAMPLE_TOKEN, "github_pat_" + BODY),
    (Code.SAMPLE_TOKEN, "glpat-" + BODY[:20]),
    (Code.SAMPLE_TOKEN, "xoxb-" + "123456789012-" + BODY[:24]),
    (Code.SAMPLE_TOKEN, "xoxp-" + BODY[:12]),
    (Code.SAMPLE_TOKEN, "sk_live_" + BODY[:24]),
    (Code.SAMPLE_TOKEN, "rk_live_" + BODY[:24]),
    (Code.SAMPLE_TOKEN, "AIza" + BODY[:35]),
    (Code.SAMPLE_TOKEN, "npm_" + BODY[:36]),
    (Code.SAMPLE_TOKEN, "pypi-AgE" + BODY),
    (Code.SAMPLE_TOKEN, "rct_0123456789abcdef_" + BODY + "xyz"),
    (Code.SAMPLE_TOKEN, "sk-ant-" + BODY),
    (Code.SAMPLE_TOKEN, "sk-proj-" + BODY),
    (Code.SAMPLE_TOKEN, "hf_" + BODY[:34]),
    (Code.SAMPLE_TOKEN, "hvs." + BODY),
    (Code.SAMPLE_TOKEN, "postgresql://shop:" + BODY[:12] + "@db.acme.io/shop"),
    (Code.SAMPLE_CARD, "4539148803436467"),
    (Code.SAMPLE_CARD, 4539148803436467),
    (Code.SAMPLE_CARD, "4539 1488 0343 6467"),
    (Code.SAMPLE_CARD, "4539-1488-0343-6467"),
    (Code.SAMPLE_CARD, "card 4539 1488 0343 6467, 12/29"),
    (Code.SAMPLE_CARD, "5425 2334 3010 9911"),
    (Code.SAMPLE_CARD, "3782 822463 98430"),
    (Code.SAMPLE_IBAN, "DE02120300000000202051"),
    (Code.SAMPLE_IBAN, "DE02 1203 0000 0000 2020 51"),
    (Code.SAMPLE_IBAN, "FR54 1027 8060 0000 0205 4160 165"),
    (Code.SAMPLE_EMAIL, "ada@acme-shop.io"),
    (Code.SAMPLE_EMAIL, "Ada Lovelace <ada.l+x@mail.acme-shop.co.uk>"),
    (Code.SAMPLE_EMAIL, "mailto:ada@gmail.com"),
    (Code.SAMPLE_EMAIL, "ade@example.com.acme.io"),
    (Code.SAMPLE_EMAIL, "ade@example.com, ada@gmail.com"),
    (Code.SAMPLE_EMAIL, "jürgen@firma.de"),
    (Code.SAMPLE_PHONE, "+4917682031974"),
    (Code.SAMPLE_PHONE, "+44 20 8742 0193"),
    (Code.SAMPLE_PHONE, "+1 (415) 308-2917"),
    (Code.SAMPLE_PHONE, "+234 803 917 2046"),
]
MADE_UP: list[JsonValue] = [
    "user_123",
    "550e8400-e29b-41d4-a716-446655440000",
    "44444444-4444-4444-4444-444444444444",
    "0123456789abcdef0123456789abcdef01234567",  # a commit
    "2026-11-24T09:00:00Z",
    "2026-11-24 09:00:00 +00:00",
    "+02:00",
    "1.2.3+build.20261124",
    1_764_000_000_000,  # milliseconds
    1_764_000_000,
    9_007_199_254_740_993,
    -4_539_148_803_436_467,
    3.141592653589793,
    True,
    None,
    "",
    "a-rather-long-identifier-with-words",
    "https://example.com/a/very/long/path/that/goes/on/and/on",
    "https://shop.acme.io/checkout?return=/cart",
    # keys and tokens
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
    "eyeglasses.are.fun",
    f"{part({'typ': 'JWT'})}.{part({})}.{BODY}",  # no algorithm
    f"{part(['alg', 'a', 'b', 'c'])}.{part({})}.{BODY}",
    f"{part({'alg': 'HS256'})}.{part({})}",  # two parts
    "token_123",
    "AKIAIOSFODNN7" + "EXAMPLE",
    "AKIA" + "X" * 16,
    "ghp_" + "x" * 36,
    "ghp_" + "0" * 36,
    "sk_live_" + "1" * 24,
    "sk_live_...",
    "sk_test_" + BODY[:24],
    "xoxb-example-placeholder",
    "rct_…",
    "npm_package",
    "pypi-mirror-of-the-office",
    "hf_hub",
    "postgresql://user:password@localhost:5432/shop",
    "postgresql://shop:s3cr3t-Zq9@db.example.com/shop",
    "https://user@shop.acme.io/",
    "git@github.com:acme/shop.git",
    "ssh://git@github.com/acme/shop.git",
    # cards
    "4242 4242 4242 4242",
    "4242424242424242",
    4_242_424_242_424_242,
    "4000056655665556",
    "4000 0000 0000 9995",
    "4111 1111 1111 1111",
    "5555555555554444",
    "378282246310005",
    "3782 822463 10005",
    "6011111111111117",
    "4539148803436468",  # its check digit is wrong
    "1234567812345670",  # nobody's prefix
    "45 39 14 88 03 43 64 67",  # no card is written so
    "x4539148803436467",
    "45391488034364671234567",
    "0000000000000000",
    # accounts
    "GB82 WEST 1234 5698 7654 32",
    "DE89370400440532013000",
    "DE03120300000000202051",  # its check digits are wrong
    "DE0212030000000020205",
    "AB12CDEF34567890",
    # addresses
    "ade@example.com",
    "ade@mail.example.org",
    "ADE@EXAMPLE.NET",
    "ade@shop.test",
    "ade@nowhere.invalid",
    "ade@localhost",
    "ade@app.localhost",
    "ade@printer.local",
    "ade@example.co.uk",
    "@ada",
    "a@b",
    "logo@2x.png",
    "lodash@4.17.21",
    "12:30@office",
    # phones
    "+1 202 555 0123",
    "+12025550123",
    "+1 555 867 5309",
    "+44 7700 900123",
    "+61 491 570 156",
    "+33 6 39 98 12 34",
    "+49 30 23125 000",
    "+1234567890",
    "+49 000000000",
    "+234 801 234 5678",
    "030 8371 2946",  # without a country it may be anything
    "+7",
    "+1-2-3",
]


def found_in(schema: JsonObject) -> tuple[Problem, ...]:
    return lint(session_type(schema={"userId": "user_123", **schema}))


@pytest.mark.parametrize(("code", "sample"), REAL, ids=repr)
def test_a_sample_that_looks_real_is_a_warning_at_its_place(code: Code, sample: JsonValue) -> None:
    places: list[tuple[JsonObject, Path]] = [
        ({"a": sample}, ("schema", "a")),
        ({"a": {"b": [1, {"c": sample}]}}, ("schema", "a", "b", 1, "c")),
    ]
    for schema, path in places:
        (found,) = found_in(schema)
        assert (found.code, found.path, found.at_key, found.severity) == (code, path, False, Severity.WARNING)
        assert str(sample) not in found.detail + found.hint, "logs are public"
        assert found.hint


@pytest.mark.parametrize(
    ("code", "sample"), [(code, sample) for code, sample in REAL if isinstance(sample, str)], ids=repr
)
def test_a_key_that_looks_real_is_one_too(code: Code, sample: str) -> None:
    (found,) = found_in({"byName": {sample: 1}})
    assert (found.code, found.path, found.at_key) == (code, ("schema", "byName", sample), True)
    assert sample not in found.detail + found.hint


@pytest.mark.parametrize("sample", MADE_UP, ids=repr)
def test_a_sample_that_is_made_up_is_fine(sample: JsonValue) -> None:
    assert found_in({"a": sample}) == ()
    assert found_in({"a": [{"b": sample}]}) == ()


def test_every_finding_of_a_sample_is_told_at_once() -> None:
    found = found_in({"a": f"{JWT} ada@gmail.com", "b": "ada@gmail.com"})
    assert sorted(each.code.value for each in found) == ["sample-email", "sample-email", "sample-jwt"]


@given(session_type=session_types())
def test_lint_takes_every_session_type_and_warns_at_a_path_that_is_there(session_type: SessionType) -> None:
    for each in lint(session_type):
        assert each.code in LINT_CODES
        assert each.severity is Severity.WARNING
        assert value_at(session_type.to_json(), each.path) is not None


pieces = st.sampled_from([str(sample) for _, sample in REAL] + [str(each) for each in MADE_UP]) | st.text(max_size=5)


@given(texts=st.lists(pieces, max_size=5), around=st.sampled_from(["", " ", "\n", '"', "\\", "é", "-", "+", "@"]))
def test_no_text_is_too_odd_for_lint(texts: list[str], around: str) -> None:
    text = around.join(texts).replace("\0", "").encode(errors="ignore").decode()
    for each in found_in({"a": text, "b": {f"k{text}": text}}):
        assert text.strip() == "" or len(text) < 8 or text not in each.detail


@given(code_and_sample=st.sampled_from(REAL), around=st.sampled_from([" ", "\n", '"', "(", ")", "é ", ", ", "\t"]))
def test_what_looks_real_is_found_among_other_text(code_and_sample: tuple[Code, JsonValue], around: str) -> None:
    code, sample = code_and_sample
    if code is not Code.SAMPLE_PHONE:  # a phone number stands alone: digits among text may be anything
        assert code in {each.code for each in found_in({"a": f"see{around}{sample}{around}there"})}


@pytest.mark.parametrize(
    "text", ["ey" * 30_000, "a." * 30_000, "4 " * 30_000, "-----BEGIN A " * 5_000, "a@" * 30_000, "x://" * 15_000]
)
def test_no_text_takes_long(text: str) -> None:
    assert found_in({"a": text[:60_000]}) is not None
