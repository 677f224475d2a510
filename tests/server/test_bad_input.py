"""What is not as it should be: a 4xx problem that points at the place, on every route, and never a 500."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from reconciler.access import Role
from reconciler.session_type import check
from reconciler.values import json_pointer
from tests.server.running import Running, running, spec
from tests.server.walk import Operation, each

JSON = {"Content-Type": "application/json", "If-Match": "*"}
DEEP = 60_000


@pytest.fixture(scope="module")
def client(server: Running) -> Iterator[httpx.Client]:
    """Return a client that may do everything, to a server that has the record which the addresses name."""
    with server.client(server.token(Role.ADMIN)) as client:
        client.post("/v1/products/storefront/session-types", json=spec())
        yield client


def refused(answer: httpx.Response, status: int, code: str) -> list[tuple[str, str]]:
    """Return what is pointed at, after holding the answer against what was expected."""
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    return [(error["in"], error["pointer"]) for error in answer.json().get("errors", [])]


@each(has_body=True)
class TestBodies:
    @pytest.mark.parametrize(
        "body",
        [
            b"", b" ", b"{", b"{]", b"nul", b"{'a': 1}", b'{"a": 1,}', b'{"a": 1} x', b"\xff\xfe", b'{"a": "\xff"}',
            b"\xef\xbb\xbf{}", '{"a": 1}'.encode("utf-16"), b'{"a": "\x00"}', b'{"a": NaN}', b'{"a": -Infinity}',
            b'{"a": 1, "a": 2}', b'{"a": {"b": 1, "b": 1}}', b'{"a": ' + b"9" * 5000 + b"}", b"[" * DEEP,
            b"[" * DEEP + b"]" * DEEP, b'{"a":' * 500 + b"1" + b"}" * 500, b'{"a":' * DEEP + b"1" + b"}" * DEEP,
            b"[]", b"null", b"1", b'"text"', b"true",
        ],
        ids=range(27),
    )  # fmt: skip
    def test_what_is_no_json_object(self, client: httpx.Client, operation: Operation, body: bytes) -> None:
        answer = client.request(operation.method, operation.address(), content=body, headers=JSON)
        assert refused(answer, 422, "invalid-request") == [("body", "")]

    @pytest.mark.parametrize(
        "key", ["nonsense", "x\0y", "\ud800", "", " ", "a/b~c", "é", "\u202e", "x" * 100_000, "__proto__"]
    )
    def test_an_unknown_field(self, client: httpx.Client, operation: Operation, key: str) -> None:
        body = json.dumps({key: 1}).encode()
        answer = client.request(operation.method, operation.address(), content=body, headers=JSON)

        assert answer.status_code == 422
        pointers = [pointer for _, pointer in refused(answer, 422, answer.json()["code"])]
        readable = json_pointer((key,)).replace("\ud800", "?")
        assert readable in pointers or "\ud800" in key

    def test_very_many_fields(self, client: httpx.Client, operation: Operation) -> None:
        body = {f"f{number}": 1 for number in range(20_000)}
        answer = client.request(operation.method, operation.address(), json=body, headers=JSON)
        assert refused(answer, 422, "invalid-request") == [("body", "")]

    @pytest.mark.parametrize(
        "media_type",
        [None, "", "text/plain", "application/xml", "application/jsonx", "multipart/form-data; boundary=x"],
    )
    def test_another_media_type(self, client: httpx.Client, operation: Operation, media_type: str | None) -> None:
        headers = {"If-Match": "*"} if media_type is None else {**JSON, "Content-Type": media_type}
        answer = client.request(operation.method, operation.address(), content=b"{}", headers=headers)
        refused(answer, 415, "unsupported-media-type")

    def test_json_with_a_charset_is_json(self, client: httpx.Client, operation: Operation) -> None:
        headers = {**JSON, "Content-Type": "Application/JSON; charset=utf-8"}
        answer = client.request(operation.method, operation.address(), content=b"{", headers=headers)
        refused(answer, 422, "invalid-request")

    def test_a_compressed_body(self, client: httpx.Client, operation: Operation) -> None:
        headers = {**JSON, "Content-Encoding": "gzip"}
        answer = client.request(operation.method, operation.address(), content=b"{}", headers=headers)
        refused(answer, 415, "unsupported-media-type")

    @pytest.mark.parametrize("chunked", [False, True])
    def test_a_body_that_is_too_large(self, client: httpx.Client, operation: Operation, chunked: bool) -> None:
        limit = (8 if operation.path.endswith("/changesets") else 1) * 1024 * 1024
        # An empty object and white space: right in everything but its size.
        parts = [b"{}", b" " * (limit - 1)]
        content = iter(parts) if chunked else b"".join(parts)
        answer = client.request(operation.method, operation.address(), content=content, headers=JSON)
        refused(answer, 413, "payload-too-large")

    @pytest.mark.parametrize("chunked", [False, True])
    def test_one_that_just_fits(self, client: httpx.Client, operation: Operation, chunked: bool) -> None:
        limit = (8 if operation.path.endswith("/changesets") else 1) * 1024 * 1024
        parts = [b"{", b" " * (limit - 1)]
        content = iter(parts) if chunked else b"".join(parts)
        answer = client.request(operation.method, operation.address(), content=content, headers=JSON)
        refused(answer, 422, "invalid-request")


@each()
class TestEveryRoute:
    def test_a_large_body_where_none_belongs(self, client: httpx.Client, operation: Operation) -> None:
        content = b"x" * (9 * 1024 * 1024)
        answer = client.request(operation.method, operation.address(), content=content, headers=JSON)
        refused(answer, 413, "payload-too-large")

    @pytest.mark.parametrize("product", ["%00", "%0A", "%C2%85", "x" * 201, "a%7F"])
    def test_a_product_that_can_not_be(self, client: httpx.Client, operation: Operation, product: str) -> None:
        if "{product}" not in operation.path:
            return
        answer = client.request(operation.method, operation.address(product=product), headers=JSON, content=b"{}")
        assert refused(answer, 422, "invalid-request") == [("path", "/product")]

    @pytest.mark.parametrize("tag", ["a:b", "-a", "a b", "%00", "%ED%A0%80", "x" * 129, "a%0A", "é"])
    def test_a_tag_that_can_not_be(self, client: httpx.Client, operation: Operation, tag: str) -> None:
        if "{tag}" not in operation.path:
            return
        answer = client.request(operation.method, operation.address(tag=tag), headers=JSON, content=b"{}")
        assert refused(answer, 422, "invalid-request") == [("path", "/tag")]

    def test_another_method(self, client: httpx.Client, operation: Operation) -> None:
        for method in ("PUT", "TRACE", "OPTIONS", "PROPFIND"):
            answer = client.request(method, operation.address(), headers=JSON)
            refused(answer, 405, "method-not-allowed")
            assert operation.method in answer.headers["allow"].split(", ")

    def test_a_slash_too_many(self, client: httpx.Client, operation: Operation) -> None:
        if operation.path.endswith("{identifier}"):
            return  # a user's identifier may end with one
        refused(client.request(operation.method, f"{operation.address()}/", headers=JSON), 404, "not-found")


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v2/tokens", "/docs", "/redoc", "/v1/products/a%2Fb/session-types", "//"]
)
def test_an_address_of_nothing(client: httpx.Client, path: str) -> None:
    refused(client.get(httpx.URL(client.base_url, raw_path=path.encode())), 404, "not-found")


@pytest.mark.parametrize(
    ("path", "query", "pointer"),
    [
        ("session-types", "limit=0", "/limit"),
        ("session-types", "limit=10001", "/limit"),
        ("session-types", "limit=x", "/limit"),
        ("session-types", "limit=", "/limit"),
        ("session-types", f"limit={'9' * 5000}", "/limit"),
        ("session-types", "limit=1.5", "/limit"),
        ("session-types", "lim=1", "/lim"),
        ("session-types", "cursor=%00", "/cursor"),
        ("session-types", "cursor=%ED%A0%80", "/cursor"),
        ("history", "after=-1", "/after"),
        ("history", f"after={2**63}", "/after"),
        ("history", "tag=a:b", "/tag"),
        ("history", "tag=%00", "/tag"),
        ("history", "tags=user", "/tags"),
    ],
)
def test_a_wrong_query(client: httpx.Client, path: str, query: str, pointer: str) -> None:
    answer = client.get(f"/v1/products/storefront/{path}?{query}")
    assert refused(answer, 422, "invalid-request") == [("query", pointer)]


@pytest.mark.parametrize("value", ["%00", "%0a", "%ZZ", "%", "caf%E9", "%ED%A0%80", "a b", "%C0%80", "x" * 4001, ""])
@pytest.mark.parametrize("header", ["Reconciler-Project", "Reconciler-File", "Reconciler-Commit", "Reconciler-Plan"])
def test_a_malformed_source(client: httpx.Client, header: str, value: str) -> None:
    headers = {"Reconciler-Project": "shop", header: value}
    answer = client.post("/v1/products/storefront/session-types", json=spec("sourced"), headers=headers)
    assert refused(answer, 422, "invalid-request") == [("header", f"/{header}")]


@pytest.mark.parametrize("key", ["", "x" * 201, "a b"])
def test_a_malformed_idempotency_key(client: httpx.Client, key: str) -> None:
    answer = client.post("/v1/products/storefront/session-types", json=spec(), headers={"Idempotency-Key": key})
    assert refused(answer, 422, "invalid-request") == [("header", "/Idempotency-Key")]


INVALID: list[dict[str, Any]] = [
    {},
    {"name": ""},
    spec("a:b"),
    spec(name=""),
    spec(name="x" * 201),
    spec(name=5),
    spec(name=None),
    spec(name="a\0b"),
    spec(name="\ud800"),
    spec(description=None),
    spec(description="\udfff"),
    spec("tag\n"),
    spec("\ud800"),
    spec(schema={}),
    spec(schema=[]),
    spec(schema={"userId": "\0"}),
    spec(schema={"userId": "a", "": 1}),
    spec(schema={"userId": "a", "\ud800": 1}),
    spec(schema={"userId": 2**63}),
    spec(schema={"userId": -(10**300)}),
    spec(schema={"userId": float("inf")}),
    spec(schema={"userId": None}),
    spec(schema={"other": 1}),
    spec(selector="userId"),
    spec(selector="$Session{details}"),
    spec(selector="$Session{\ud800}"),
    spec(expiry=0),
    spec(expiry=2**31),
    spec(expiry=10**400),
    spec(expiry=1.5),
    spec(expiry="7"),
    spec(expiry=True),
    spec(period="fortnights"),
    spec(period="\ud800"),
    spec(period=[]),
    spec(nane="x"),
    {**spec(), "\ud800": 1},
    {**spec(), "a\0b": 1},
    {key: value for key, value in spec().items() if key != "selector"},
]


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize("fields", [*INVALID, spec(schema={"userId": 1, "a": nested(40)})], ids=range(len(INVALID) + 1))
def test_the_rules_are_those_of_check(client: httpx.Client, fields: dict[str, Any]) -> None:
    # What the server reads: huge exponents become infinite, as in every reader of JSON.
    body = json.dumps(fields).replace("Infinity", "1e999")
    expected = check(json.loads(body)).problems
    assert expected

    answers = [
        client.post("/v1/products/storefront/session-types", content=body, headers=JSON),
        client.post(
            "/v1/products/storefront/changesets",
            content=f'{{"writes": [{{"action": "create", "spec": {body}}}]}}',
            headers=JSON,
        ),
    ]
    for answer, prefix in zip(answers, ("", "/writes/0/spec"), strict=True):
        refused(answer, 422, "invalid-session-type")
        found = [
            (each["pointer"], each["code"], each["message"], each.get("hint", "")) for each in answer.json()["errors"]
        ]
        assert found == [
            tuple(
                text.encode(errors="replace").decode()
                for text in (prefix + json_pointer(each.path), each.code.value, each.detail, each.hint)
            )
            for each in expected
        ]


def test_a_change_is_held_to_the_same_rules(client: httpx.Client) -> None:
    client.post("/v1/products/changed/session-types", json=spec())
    changes: list[dict[str, Any]] = [{"expiry": 0}, {"schema": {}}, {"nane": "x"}, {"name": "\0"}, {"selector": "x"}]
    for fields in changes:
        expected = check({**spec(), **fields}).problems
        answer = client.patch("/v1/products/changed/session-types/user", json=fields, headers={"If-Match": "*"})
        refused(answer, 422, "invalid-session-type")
        assert [(each["pointer"], each["message"]) for each in answer.json()["errors"]] == [
            (json_pointer(each.path), each.detail) for each in expected
        ]


def test_more_errors_than_anybody_reads_are_counted(client: httpx.Client) -> None:
    answer = client.post(
        "/v1/products/storefront/session-types", json=spec(schema=dict.fromkeys(map(str, range(500)), 2**64))
    )
    document = answer.json()
    assert len(document["errors"]) == 100
    assert document["errors_omitted"] > 0


@pytest.mark.parametrize("product", ["é", "日本", "a b", "%25", "a%3Fb", "😀", "..x"])
def test_unusual_products_are_products(client: httpx.Client, product: str) -> None:
    created = client.post(f"/v1/products/{product}/session-types", json=spec())
    assert created.status_code == 201
    assert client.get(created.headers["location"]).json() == created.json()


def test_any_text_comes_back_as_it_was(client: httpx.Client) -> None:
    texts = spec(
        "texts", name="\u2028 é 😀 \u202e", schema={"userId": '\u2029"\\/', "é\t": "\x01\x7f", "n": -(2**63) + 1}
    )
    assert client.post("/v1/products/storefront/session-types", json=texts).json()["spec"] == texts


def test_the_limits_are_settings(tmp_path: Any) -> None:
    started = running("sqlite:///small.db", tmp_path, body_limit=10, changeset_limit=20)
    with started as small, small.client() as anybody:
        assert anybody.post("/v1/tokens", content=b"x" * 11).json()["code"] == "payload-too-large"
        assert anybody.post("/v1/tokens", content=b"x" * 10).json()["code"] == "token-missing"
        assert anybody.post("/v1/products/a/changesets", content=b"x" * 20).json()["code"] == "token-missing"
