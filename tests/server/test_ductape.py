"""The calls of the Ductape platform's clients: who may make them, in which forms, and what is refused."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.access import Role
from reconciler.server.settings import MEBIBYTE
from tests.server.ductape_client import EXECUTE, KEY, LOGIN, DuctapeClient, body_of, enveloped, refused
from tests.server.running import Running, running, spec, tokens

VECTORS = json.loads((Path(__file__).parents[1] / "registry" / "ductape" / "vectors.json").read_text(encoding="utf-8"))
FORMS = {"status", "message", "code"}

Open = Callable[..., DuctapeClient]


@pytest.fixture(scope="module")
def answering(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running("sqlite:///registry.db", tmp_path_factory.mktemp("server"), ductape=True) as started:
        yield started


@pytest.fixture
def opened(answering: Running, product: str) -> Iterator[Open]:
    """Open clients of several roles at a product that nobody used."""
    with answering.client() as http:

        def client(role: Role = Role.WRITE, **options: Any) -> DuctapeClient:
            return DuctapeClient(http, product, answering.token(role, **options))

        yield client


@pytest.fixture
def writer(opened: Open) -> DuctapeClient:
    return opened()


def stored(writer: DuctapeClient) -> list[dict[str, Any]]:
    answer = writer.http.get(f"/v1/products/{writer.product}/session-types", headers=writer.headers)
    return list(answer.json()["items"])


class TestWhereItAnswers:
    def test_a_server_that_was_not_asked_to_knows_no_such_address(self, server: Running) -> None:
        with server.client(server.token(Role.ADMIN)) as http:
            for path in (EXECUTE, LOGIN, f"/api{EXECUTE}"):
                answer = http.post(path, json=body_of("sessions", "list", "shop"))
                assert (answer.status_code, answer.json()["code"]) == (404, "not-found")

    def test_the_prefix_of_the_platform_on_ones_own_machine_is_taken(self, writer: DuctapeClient) -> None:
        body = body_of("sessions", "list", writer.product)
        answer = writer.http.post(f"/api{EXECUTE}", json=body, headers=writer.headers)
        assert answer.json()["data"]["data"] == []

    def test_only_post_is_taken(self, writer: DuctapeClient) -> None:
        for path in (EXECUTE, LOGIN):
            answer = writer.http.get(path, headers=writer.headers)
            refused(answer, 405, "METHOD_NOT_ALLOWED")
            assert answer.headers["allow"] == "POST"

    def test_the_registrys_own_api_is_as_it_was(self, writer: DuctapeClient) -> None:
        assert stored(writer) == []
        assert writer.http.get("/healthz").status_code == 200


class TestEnvelope:
    def test_the_three_vectors_are_carried_out(self, answering: Running) -> None:
        listing, creation, update = VECTORS
        headers = {"x-access-token": answering.token(Role.WRITE, product="shop")}

        def sent(vector: dict[str, str]) -> Any:
            body = {
                "encrypted_payload": vector["envelope"],
                "workspace_id": "ws-1",
                "user_id": json.loads(vector["plaintext"])["user_id"],
                "public_key": vector["public_key"],
            }
            with answering.client() as http:
                answer = http.post(EXECUTE, json=body, headers=headers)
            assert answer.status_code == 200, answer.text
            return answer.json()["data"]["data"]

        assert sent(listing) == []
        assert sent(creation) is None
        assert sent(update) is None
        [found] = sent(listing)
        assert found["description"] == "Né à Ọ̀yọ́ ✓ 😀"
        assert (found["selector"], found["schema"]) == ("$Session{details}{username}", {"details": {"username": "ade"}})
        assert (found["expiry"], found["period"], found["name"]) == (7, "days", "User session")

    def test_a_body_may_be_gzip(self, writer: DuctapeClient) -> None:
        wide = spec(description="x" * 300_000)
        assert writer.execute("sessions", "create", writer.product, wide, gzipped=True).status_code == 200
        assert writer.call("fetch", writer.product, "user")["description"] == "x" * 300_000

    def test_gzip_that_grows_out_of_all_measure_is_refused(self, writer: DuctapeClient) -> None:
        headers = {**writer.headers, "Content-Type": "application/json", "Content-Encoding": "gzip"}
        bomb = gzip.compress(b" " * (64 * MEBIBYTE))
        assert len(bomb) < MEBIBYTE
        answer = writer.http.post(EXECUTE, content=bomb, headers=headers)
        refused(answer, 413, "PAYLOAD_TOO_LARGE")

    @pytest.mark.parametrize("damage", [lambda packed: packed[:-9], lambda packed: packed + b"x", lambda _: b"plain"])
    def test_damaged_gzip_is_refused(self, writer: DuctapeClient, damage: Callable[[bytes], bytes]) -> None:
        headers = {**writer.headers, "Content-Type": "application/json", "Content-Encoding": "gzip"}
        packed = gzip.compress(json.dumps(body_of("sessions", "list", writer.product)).encode())
        answer = writer.http.post(EXECUTE, content=damage(packed), headers=headers)
        assert "gzip" in refused(answer, 400, "INVALID_REQUEST")

    def test_a_body_that_is_too_large_is_refused_in_the_platforms_form(self, writer: DuctapeClient) -> None:
        headers = {**writer.headers, "Content-Type": "application/json"}
        content = b" " * (MEBIBYTE + 1)
        for body in (content, iter([content[:1000], content])):  # with its length announced, and without
            refused(writer.http.post(EXECUTE, content=body, headers=headers), 413, "PAYLOAD_TOO_LARGE")

    def test_plain_json_is_taken_too(self, writer: DuctapeClient) -> None:
        call = {"module": "sessions", "method": "list", "params": [writer.product]}
        assert writer.http.post(EXECUTE, json=call, headers=writer.headers).json()["data"]["data"] == []

    @pytest.mark.parametrize("envelope", ["", "nothing", "00:AAAA", "zz:zz", f"{'0' * 32}:{'A' * 44}"])
    def test_what_is_no_envelope_is_told_apart(self, writer: DuctapeClient, envelope: str) -> None:
        body = body_of("sessions", "list", writer.product, encrypted_payload=envelope)
        answer = writer.http.post(EXECUTE, json=body, headers=writer.headers)
        assert refused(answer, 400, "DECRYPTION_FAILED") == "Failed to decrypt payload"

    def test_an_envelope_of_another_key_is_refused(self, writer: DuctapeClient) -> None:
        body = body_of("sessions", "list", writer.product, public_key="another")
        refused(writer.http.post(EXECUTE, json=body, headers=writer.headers), 400, "DECRYPTION_FAILED")

    @pytest.mark.parametrize(
        ("changed", "message"),
        [
            ({"user_id": "somebody else"}, "`user_id`"),
            ({"public_key": 7}, "must be strings"),
            ({"encrypted_payload": enveloped(b'{"module":"sessions"}'), "user_id": None}, "`module`, `method`"),
            (
                {"encrypted_payload": enveloped(b'{"module":"a","method":"b","params":{}}'), "user_id": None},
                "must be an array",
            ),
        ],
    )
    def test_a_malformed_call_is_refused(self, writer: DuctapeClient, changed: dict[str, Any], message: str) -> None:
        body = body_of("sessions", "list", writer.product, **changed)
        assert message in refused(writer.http.post(EXECUTE, json=body, headers=writer.headers), 400, "INVALID_REQUEST")

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        module=st.sampled_from(["sessions", "product", "", "\ud800"]),
        method=st.sampled_from(
            ["create", "update", "list", "start", "verify", "revoke", "fetchUsers", "init", "x", ""]
        ),
        params=st.lists(
            st.recursive(
                st.none()
                | st.booleans()
                | st.integers()
                | st.floats(allow_nan=False, allow_infinity=False)
                | st.text(),
                lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
                max_leaves=8,
            ),
            max_size=4,
        ),
    )
    def test_whatever_is_sent_is_answered_in_the_platforms_form(
        self, opened: Open, module: str, method: str, params: list[Any]
    ) -> None:
        admin = opened(Role.ADMIN)
        params = [admin.product, *params] if params and params[0] is None else params
        answer = admin.execute(module, method, *params)
        assert answer.status_code < 500, answer.text
        assert set(answer.json()) >= FORMS


class TestWhoMayCall:
    @pytest.mark.parametrize("place", ["x-access-token", "x-publishable-key", "authorization", "body"])
    def test_a_token_is_found_in_each_place(self, writer: DuctapeClient, place: str) -> None:
        body = body_of("sessions", "list", writer.product)
        headers = {place: f"Bearer {writer.token}" if place == "authorization" else writer.token}
        if place == "body":
            headers, body = {}, {**body, "publishable_key": writer.token}
        assert writer.http.post(EXECUTE, json=body, headers=headers).status_code == 200

    def test_without_a_token_nothing_is_answered(self, writer: DuctapeClient) -> None:
        answer = writer.http.post(EXECUTE, json=body_of("sessions", "list", writer.product))
        assert refused(answer, 401, "TOKEN_MISSING").startswith("user not authorized")

    def test_two_different_tokens_are_refused(self, writer: DuctapeClient, opened: Open) -> None:
        headers = {**writer.headers, "x-access-token": opened(Role.READ).token}
        answer = writer.http.post(EXECUTE, json=body_of("sessions", "list", writer.product), headers=headers)
        refused(answer, 401, "TOKEN_UNKNOWN")

    def test_a_token_that_is_not_accepted_is_told_before_the_body_is_looked_at(self, writer: DuctapeClient) -> None:
        headers = {"x-access-token": "rct_0123456789abcdef_" + "x" * 43, "content-type": "text/plain"}
        refused(writer.http.post(EXECUTE, content=b"{", headers=headers), 401, "TOKEN_UNKNOWN")

    def test_a_revoked_token_is_refused(self, answering: Running, writer: DuctapeClient) -> None:
        with tokens(answering.database, answering.root) as store:
            store.revoke(writer.token.split("_")[1])
        refused(writer.execute("sessions", "list", writer.product), 401, "TOKEN_REVOKED")

    @pytest.mark.parametrize(
        ("role", "may"),
        [
            (Role.READ, {"list", "fetchDashboard", "init"}),
            (Role.WRITE, {"list", "fetchDashboard", "init", "delete"}),
            (Role.RUNTIME, {"fetchDashboard", "init", "verify", "fetchUsers"}),
            (Role.ADMIN, {"list", "fetchDashboard", "init", "delete", "verify", "fetchUsers"}),
        ],
    )
    def test_a_role_may_what_it_may_elsewhere(
        self, opened: Open, writer: DuctapeClient, role: Role, may: set[str]
    ) -> None:
        writer.call("create", writer.product, spec())
        writer.call("create", writer.product, spec("other"))
        client, at = opened(role), {"product": writer.product, "env": "prd"}
        calls: dict[str, tuple[str, tuple[Any, ...]]] = {
            "list": ("sessions", (writer.product,)),
            "fetchDashboard": ("sessions", ({**at, "session": "user"},)),
            "init": ("product", (writer.product,)),
            "verify": ("sessions", ({**at, "tag": "user", "token": "user:x"},)),
            "fetchUsers": ("sessions", ({**at, "session": "user"},)),
            "delete": ("sessions", (writer.product, "other")),
        }
        answers = {method: client.execute(module, method, *params) for method, (module, params) in calls.items()}
        assert {method for method, answer in answers.items() if answer.status_code == 200} == may
        for method in calls.keys() - may:
            refused(answers[method], 403, "ROLE_FORBIDDEN")

    def test_a_token_of_another_product_is_refused(self, opened: Open) -> None:
        elsewhere = opened(product="elsewhere")
        refused(elsewhere.execute("sessions", "list", elsewhere.product), 403, "PRODUCT_FORBIDDEN")
        body = {"product": elsewhere.product, "session": "user", "env": "prd"}
        refused(elsewhere.execute("sessions", "fetchDashboard", body), 403, "PRODUCT_FORBIDDEN")

    @pytest.mark.parametrize(
        ("module", "method", "says"),
        [
            ("databases", "query", "Unknown module: databases"),
            ("sessions", "drop", "sessions.drop is not an allowed method"),
            ("sessions", "fetchuser", "Did you mean fetchUsers?"),
            ("sessions", "updateData", "not published"),
            ("sessions", "__class__", "not an allowed method"),
            ("product", "create", "product.create is not an allowed method"),
        ],
    )
    def test_what_is_not_on_the_list_is_refused(self, opened: Open, module: str, method: str, says: str) -> None:
        assert says in refused(opened(Role.ADMIN).execute(module, method), 403, "METHOD_NOT_ALLOWED")


class TestLogin:
    def test_a_tokens_name_and_secret_log_in(self, answering: Running, opened: Open) -> None:
        client = opened(Role.WRITE, name="ada@example.com")
        answer = client.http.post(LOGIN, json={"email": "Ada@example.com", "password": client.token})
        assert answer.status_code == 201
        assert set(answer.json()) == FORMS | {"data"}
        result = answer.json()["data"]["result"]
        assert result["auth_token"] == client.token
        assert result["_id"] == client.token.split("_")[1]
        [workspace] = result["workspaces"]
        assert (workspace["workspace_id"], workspace["default"], workspace["access_level"]) == (
            "reconciler",
            True,
            "write",
        )
        assert result["public_key"].startswith("pk_")

    def test_a_wrong_login_does_not_tell_what_is_wrong_with_it(self, opened: Open) -> None:
        client = opened(Role.WRITE, name="eve@example.com")
        wrong = [("bob@example.com", client.token), ("eve@example.com", client.token + "x"), ("eve@example.com", "")]
        told = {
            refused(client.http.post(LOGIN, json={"email": email, "password": password}), 401, "INVALID_CREDENTIALS")
            for email, password in wrong
        }
        assert told == {"Invalid email or password"}

    @pytest.mark.parametrize("body", [{}, {"email": "ada"}, {"email": 1, "password": []}])
    def test_half_a_login_is_refused(self, writer: DuctapeClient, body: dict[str, Any]) -> None:
        refused(writer.http.post(LOGIN, json=body), 400, "INVALID_REQUEST")


class TestSessionTypes:
    def test_a_session_type_is_created_read_changed_and_deleted(self, writer: DuctapeClient) -> None:
        product = writer.product
        assert writer.call("create", product, spec(period="mins", expiry=90)) is None
        [found] = writer.call("list", product)
        assert found == writer.call("fetch", product, "user")
        assert {name: found[name] for name in spec()} == spec(period="mins", expiry=90)
        assert found.keys() - spec().keys() == {"_id", "createdAt", "updatedAt"}
        assert writer.call("update", product, "user", {"expiry": 2, "period": "hours"}) is None
        changed = writer.call("fetch", product, "user")
        assert (changed["expiry"], changed["period"], changed["_id"]) == (2, "hours", found["_id"])
        assert writer.call("delete", product, "user") is None
        assert writer.call("list", product) == []

    def test_everything_wrong_with_one_is_in_the_message(self, writer: DuctapeClient) -> None:
        answer = writer.execute("sessions", "create", writer.product, spec(selector="userId", expiry=0))
        message = refused(answer, 400, "INVALID_SESSION_TYPE")
        assert "selector: " in message
        assert "expiry: " in message

    def test_a_tag_that_exists_is_refused(self, writer: DuctapeClient) -> None:
        writer.call("create", writer.product, spec())
        answer = writer.execute("sessions", "create", writer.product, spec(name="Another"))
        assert "exists already" in refused(answer, 409, "TAG_EXISTS")

    @pytest.mark.parametrize(("method", "more"), [("fetch", []), ("update", [{"expiry": 1}]), ("delete", [])])
    def test_a_tag_that_is_not_there_is_not_found(self, writer: DuctapeClient, method: str, more: list[Any]) -> None:
        answer = writer.execute("sessions", method, writer.product, "nobody", *more)
        assert refused(answer, 404, "SESSION_NOT_FOUND") == "Session with tag nobody not found"

    def test_a_tag_can_not_be_changed(self, writer: DuctapeClient) -> None:
        writer.call("create", writer.product, spec())
        answer = writer.execute("sessions", "update", writer.product, "user", {"tag": "other"})
        assert "can't be changed" in refused(answer, 400, "INVALID_SESSION_TYPE")

    @pytest.mark.parametrize(
        ("method", "params", "says"),
        [
            ("list", [], "product: The field is required"),
            ("list", [3], "product: "),
            ("list", ["a/b"], "product: "),
            ("fetch", ["shop"], "tag: The field is required"),
            ("fetch", ["shop", "a:b"], "tag: "),
            ("update", ["shop", "user"], "data: The field is required"),
            ("update", ["shop", "user", {}, 4], "takes 3 parameters: product, tag, data"),
            ("create", ["shop", "user"], "data: "),
        ],
    )
    def test_parameters_are_checked_one_by_one(self, opened: Open, method: str, params: list[Any], says: str) -> None:
        assert says in refused(opened(Role.ADMIN).execute("sessions", method, *params), 400, "INVALID_REQUEST")

    def test_what_a_script_left_undefined_is_no_parameter(self, writer: DuctapeClient) -> None:
        assert writer.call("list", writer.product, None, None) == []

    def test_a_write_is_another_hands_and_bears_the_tokens_name(self, opened: Open) -> None:
        writer = opened(name="workbench")
        applied = {**writer.headers, "Reconciler-Project": "storefront"}
        writer.http.post(f"/v1/products/{writer.product}/session-types", json=spec(), headers=applied)
        writer.call("update", writer.product, "user", {"expiry": 30})
        [record] = stored(writer)
        assert (record["spec"]["expiry"], record["applied"]["expiry"]) == (30, 7)
        assert record["managed_by"]["project"] == "storefront"
        assert record["updated_by"] == "token:workbench"
        writer.call("delete", writer.product, "user")
        assert writer.call("list", writer.product) == []
        [tombstone] = stored(writer)
        assert (tombstone["spec"], tombstone["applied"]["expiry"]) == (None, 7)


class TestProducts:
    def test_a_product_is_read_with_its_session_types(self, writer: DuctapeClient) -> None:
        writer.call("create", writer.product, spec())
        for method in ("init", "fetch"):
            found = writer.call(method, writer.product, module="product")
            assert (found["tag"], found["envs"]) == (writer.product, [])
            assert found["sessions"] == writer.call("list", writer.product)
            assert found["public_key"].startswith("pk_")

    def test_a_product_that_nobody_wrote_to_is_not_found(self, writer: DuctapeClient) -> None:
        refused(writer.execute("product", "fetch", writer.product), 404, "PRODUCT_NOT_FOUND")
        refused(writer.execute("product", "environments.fetch", writer.product, "prd"), 404, "ENV_NOT_FOUND")


def test_the_key_in_the_envelope_need_not_be_the_users(writer: DuctapeClient) -> None:
    body = body_of("sessions", "list", writer.product)
    assert body["public_key"] == KEY
    answer = writer.http.post(EXECUTE, json=body, headers=writer.headers)
    assert isinstance(answer, httpx.Response)
    assert answer.json()["data"]["data"] == []
