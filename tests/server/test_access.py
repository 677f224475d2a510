"""Who may call what. The operations come from the OpenAPI document, and the routes are held against it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from reconciler.access import Role
from reconciler.registry.connect import utc_now
from tests.server.running import Running, spec, tokens
from tests.server.walk import PUBLIC, Operation, document, each, operations

CALL = {"If-Match": "*", "Content-Type": "application/json"}


@pytest.fixture(scope="module")
def secrets(server: Running) -> dict[str, str]:
    """Make a token of each kind that is refused, and one that is not."""
    with tokens(server.database, server.root) as store:
        _, usable = store.create("usable", Role.ADMIN)
        token, revoked = store.create("revoked", Role.ADMIN)
        store.revoke(token.id)
        _, expired = store.create("expired", Role.ADMIN, expires_at=utc_now() - timedelta(seconds=1))
        _, elsewhere = store.create("elsewhere", Role.ADMIN, product="another")
        return {"usable": usable, "revoked": revoked, "expired": expired, "elsewhere": elsewhere}


@pytest.fixture(scope="module")
def anybody(server: Running) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


def call(client: httpx.Client, operation: Operation, authorization: str | None) -> httpx.Response:
    headers = CALL if authorization is None else {**CALL, "Authorization": authorization}
    body = b"\xff not JSON" if operation.has_body else None
    return client.request(operation.method, operation.address(), headers=headers, content=body)


def refused(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers.get("www-authenticate", "").startswith("Bearer") is (status == 401)


def test_only_a_few_addresses_are_public() -> None:
    assert {operation.path for operation in operations() if "security" not in operation.description} == PUBLIC


def test_every_route_is_in_the_document(server: Running) -> None:
    found = {
        (route.path_format, method)
        for included in server.app.routes
        for route in getattr(getattr(included, "original_router", included), "routes", [included])
        for method in route.methods
    }
    assert found == {(operation.path, operation.method) for operation in operations()}
    assert len(found) > 10


@each(is_public=True)
def test_a_public_address_takes_no_token(anybody: httpx.Client, operation: Operation) -> None:
    assert call(anybody, operation, None).status_code == 200
    assert call(anybody, operation, "Bearer nonsense").status_code == 200


@each(is_public=False)
class TestEveryRoute:
    @pytest.mark.parametrize("authorization", [None, "", "Bearer", "Basic dTpw", "Token rct_1", "rct_1", "bearerrct_1"])
    def test_no_token(self, anybody: httpx.Client, operation: Operation, authorization: str | None) -> None:
        refused(call(anybody, operation, authorization), 401, "token-missing")

    def test_an_unknown_token(self, anybody: httpx.Client, operation: Operation, secrets: dict[str, str]) -> None:
        usable = secrets["usable"]
        other = "A" if usable[-5] != "A" else "B"
        wrong = [
            f"{usable[:-5]}{other}{usable[-4:]}", usable[:-1], f"{usable}x", usable.upper(), usable[4:],
            "rct_", "rct__", f"rct_{'0' * 16}_{'A' * 43}", "x" * 4000, "'; DROP TABLE tokens; --",
        ]  # fmt: skip
        for secret in wrong:
            refused(call(anybody, operation, f"Bearer {secret}"), 401, "token-unknown")

    def test_bytes_that_are_no_text(self, server: Running, operation: Operation) -> None:
        # Past the client library, which would refuse to send them.
        with server.client() as client:
            request = client.build_request(operation.method, operation.address())
            request.headers = httpx.Headers([*request.headers.raw, (b"Authorization", b"Bearer rct_\xc3\xa9\xff")])
            refused(client.send(request), 401, "token-unknown")

    def test_an_expired_token(self, anybody: httpx.Client, operation: Operation, secrets: dict[str, str]) -> None:
        refused(call(anybody, operation, f"Bearer {secrets['expired']}"), 401, "token-expired")

    def test_a_revoked_token(self, anybody: httpx.Client, operation: Operation, secrets: dict[str, str]) -> None:
        refused(call(anybody, operation, f"Bearer {secrets['revoked']}"), 401, "token-revoked")

    def test_every_role_that_does_not_suffice(
        self, server: Running, anybody: httpx.Client, operation: Operation
    ) -> None:
        needed = [Role(role) for role in operation.description["x-required-roles"]]
        assert Role.READ not in needed or operation.method == "GET"
        for role in Role:
            answer = call(anybody, operation, f"Bearer {server.token(role)}")
            if any(map(role.permits, needed)):
                assert answer.status_code not in {401, 403}
            else:
                refused(answer, 403, "role-forbidden")

    def test_a_token_of_another_product(
        self, anybody: httpx.Client, operation: Operation, secrets: dict[str, str]
    ) -> None:
        answer = call(anybody, operation, f"Bearer {secrets['elsewhere']}")
        if "{product}" in operation.path:
            refused(answer, 403, "product-forbidden")
        else:
            assert operation.path.startswith("/v1/tokens")

    def test_the_scheme_is_read_in_any_case(
        self, anybody: httpx.Client, operation: Operation, secrets: dict[str, str]
    ) -> None:
        assert call(anybody, operation, f"bEARER  {secrets['usable']}").status_code != 401

    def test_all_refusals_are_documented(self, operation: Operation) -> None:
        described = operation.description["responses"]
        assert {"401", "403", "500", "503"} <= set(described)
        for code in ("token-missing", "token-unknown", "token-expired", "token-revoked"):
            assert code in described["401"]["content"]["application/problem+json"]["examples"]


def test_the_methods_needs_are_what_they_are_named() -> None:
    needs = {(each.method, each.path): each.description.get("x-required-roles") for each in operations()}
    for (method, path), roles in needs.items():
        if path.startswith("/v1/tokens") or "/keys" in path or path.endswith("/prune"):
            assert roles == ["admin"]
        elif path.endswith("/dashboard"):
            assert roles == ["read", "runtime"]
        elif "/envs/" in path:
            assert roles == ["runtime"]
        elif path not in PUBLIC:
            assert roles == ["read" if method == "GET" else "write"]


def test_the_document_says_how_to_authorise() -> None:
    assert document()["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


class TestTokens:
    def test_a_token_is_made_listed_and_revoked(self, server: Running, admin: httpx.Client) -> None:
        made = admin.post("/v1/tokens", json={"name": "ci", "role": "write", "product": "storefront"})
        assert made.status_code == 201
        assert made.headers["cache-control"] == "no-store"
        token = made.json()
        assert token["secret"].startswith("rct_")
        assert (token["name"], token["role"], token["product"]) == ("ci", "write", "storefront")
        assert token["expires_at"] is token["revoked_at"] is token["last_used_at"] is None

        with server.client(token["secret"]) as ci:
            assert ci.get("/v1/products/storefront/session-types").status_code == 200
            listed = [each for each in admin.get("/v1/tokens").json()["items"] if each["id"] == token["id"]]
            assert listed[0]["last_used_at"] is not None
            assert "secret" not in listed[0]
            revoked = admin.delete(f"/v1/tokens/{token['id']}")
            assert revoked.json()["revoked_at"] is not None
            assert admin.delete(f"/v1/tokens/{token['id']}").json() == revoked.json()
            assert ci.get("/v1/products/storefront/session-types").json()["code"] == "token-revoked"

    def test_the_expiry_is_kept(self, admin: httpx.Client) -> None:
        form = {"name": "soon", "role": "read", "expires_at": "2999-01-31T12:00:00+02:00"}
        assert admin.post("/v1/tokens", json=form).json()["expires_at"] == "2999-01-31T10:00:00.000000Z"

    def test_a_name_is_given_once(self, admin: httpx.Client) -> None:
        form = {"name": "twin", "role": "read"}
        admin.post("/v1/tokens", json=form)

        answer = admin.post("/v1/tokens", json=form)
        refused(answer, 409, "token-exists")
        assert answer.json()["errors"][0]["pointer"] == "/name"

    @pytest.mark.parametrize(
        ("fields", "pointer"),
        [
            ({"name": ""}, "/name"),
            ({"name": "a\nb"}, "/name"),
            ({"name": "x" * 201}, "/name"),
            ({"name": None}, "/name"),
            ({"role": "owner"}, "/role"),
            ({"role": 1}, "/role"),
            ({"product": ""}, "/product"),
            ({"product": "a/b"}, "/product"),
            ({"expires_at": "tomorrow"}, "/expires_at"),
            ({"expires_at": "2999-01-31T12:00:00"}, "/expires_at"),
            ({"expires_at": "2001-01-31T12:00:00Z"}, "/expires_at"),
            ({"expires_at": "0001-01-01T00:00:00+14:00"}, "/expires_at"),
            ({"expires_at": 5}, "/expires_at"),
            ({"rolle": "read"}, "/rolle"),
        ],
    )
    def test_the_form_is_checked(self, admin: httpx.Client, fields: dict[str, Any], pointer: str) -> None:
        answer = admin.post("/v1/tokens", json={"name": "form", "role": "read", **fields})
        refused(answer, 422, "invalid-request")
        assert answer.json()["errors"][0]["pointer"] == pointer

    def test_none_of_that_id(self, admin: httpx.Client) -> None:
        refused(admin.delete("/v1/tokens/nobody"), 404, "not-found")

    def test_an_admin_of_a_product_keeps_to_it(self, server: Running, admin: httpx.Client) -> None:
        other = admin.post("/v1/tokens", json={"name": "of all", "role": "read"}).json()
        with server.client(server.token(Role.ADMIN, product="mine")) as mine:
            for product in ({}, {"product": None}, {"product": "yours"}):
                refused(
                    mine.post("/v1/tokens", json={"name": "n", "role": "admin", **product}), 403, "product-forbidden"
                )
            made = mine.post("/v1/tokens", json={"name": "n", "role": "read", "product": "mine"}).json()
            listed = mine.get("/v1/tokens").json()["items"]
            assert {each["product"] for each in listed} == {"mine"}
            refused(mine.delete(f"/v1/tokens/{other['id']}"), 404, "not-found")
            assert mine.delete(f"/v1/tokens/{made['id']}").status_code == 200


def test_the_history_names_the_token(server: Running, product: str) -> None:
    with server.client(server.token(Role.WRITE, name="deploy bot")) as bot:
        bot.post(f"/v1/products/{product}/session-types", json=spec())
        [entry] = bot.get(f"/v1/products/{product}/history").json()["items"]
    assert entry["actor"] == "token:deploy bot"


def test_of_many_creates_at_once_one_wins(server: Running, product: str) -> None:
    statuses: list[int] = []
    secret = server.token()

    def create() -> None:
        with server.client(secret) as client:
            statuses.append(client.post(f"/v1/products/{product}/session-types", json=spec()).status_code)

    threads = [threading.Thread(target=create) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201, *[409] * 11]
