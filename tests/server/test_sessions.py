"""Sessions over HTTP: what the calls answer, and what they refuse and why."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from reconciler.access import Role
from tests.server.running import PATIENCE_SECONDS, Running, spec, until

DATA = {"userId": "user_123", "details": {"email": "ada@example.com"}}
EMPTY_VERDICT = {"valid": False, "data": None, "sessionId": None, "identifier": None, "expiresAt": None}
REFUSED = {**EMPTY_VERDICT, "reason": "invalid"}


@pytest.fixture
def runtime(either: Running, product: str) -> Iterator[httpx.Client]:
    """Return a client of the role `runtime`, at the sessions of a type in an environment that nobody used."""
    with either.client(either.token(Role.WRITE)) as writer:
        assert writer.post(f"/v1/products/{product}/session-types", json=spec()).status_code == 201
    with either.client(either.token(Role.RUNTIME, name=f"app of {product}")) as client:
        client.base_url = httpx.URL(f"{either.url}/v1/products/{product}/envs/prd/sessions/user/")
        yield client


def started(runtime: httpx.Client, data: dict[str, Any] = DATA, **more: Any) -> dict[str, Any]:
    answer = runtime.post("start", json={"data": data, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def verdict(runtime: httpx.Client, token: str) -> dict[str, Any]:
    answer = runtime.post("verify", json={"token": token})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def refused(answer: httpx.Response, status: int, code: str) -> list[str]:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return [error["pointer"] for error in answer.json().get("errors", [])]


def moment(spelled: str) -> datetime:
    return datetime.fromisoformat(spelled)


class TestStartAndVerify:
    def test_a_session_is_started_and_its_token_verified(self, runtime: httpx.Client) -> None:
        answer = runtime.post("start", json={"data": DATA})
        assert answer.headers["cache-control"] == "no-store"
        pair = answer.json()
        assert set(pair) == {"token", "refreshToken", "sessionId", "expiresAt", "refreshExpiresAt"}
        assert pair["token"].startswith("user:eyJ")
        assert pair["refreshToken"].startswith("rcr_")
        assert moment(pair["expiresAt"]) - datetime.now(UTC) > timedelta(days=6, hours=23)
        assert verdict(runtime, pair["token"]) == {
            "valid": True,
            "data": DATA,
            "sessionId": pair["sessionId"],
            "identifier": "user_123",
            "expiresAt": pair["expiresAt"],
            "reason": None,
        }

    def test_a_shorter_life_ends_as_wished(self, runtime: httpx.Client) -> None:
        pair = started(runtime, expires_in=1)
        until(lambda: not verdict(runtime, pair["token"])["valid"])
        assert verdict(runtime, pair["token"]) == {**EMPTY_VERDICT, "reason": "expired"}

    def test_a_token_that_is_not_good_is_no_error(self, runtime: httpx.Client) -> None:
        token = started(runtime)["token"]
        for wrong in (
            "",
            "x",
            token[:-2],
            token.replace("user:", "cart:"),
            token[5:],
            f"{token}é",
            "user:" + "A" * 9000,
        ):
            assert verdict(runtime, wrong) == REFUSED

    def test_a_token_counts_in_its_own_environment_and_product_only(
        self, either: Running, runtime: httpx.Client, product: str
    ) -> None:
        token = started(runtime)["token"]
        for place in (f"{product}/envs/stg", "another/envs/prd"):
            with either.client(either.token(Role.RUNTIME)) as elsewhere:
                answer = elsewhere.post(f"/v1/products/{place}/sessions/user/verify", json={"token": token})
                assert answer.json() == REFUSED

    def test_all_that_is_wrong_with_the_data_is_told_at_once(self, runtime: httpx.Client) -> None:
        wrong = {"userId": 5, "details": {"phone": "1"}, "x": None}
        answer = runtime.post("start", json={"data": wrong, "expires_in": 10**8})
        assert refused(answer, 422, "invalid-session-data") == [
            "/data/userId", "/data/details/email", "/data/details/phone", "/data/x", "/expires_in",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, "/data"),
            ({"data": []}, "/data"),
            ({"data": None}, "/data"),
            ({"data": DATA, "expires_in": 0}, "/expires_in"),
            ({"data": DATA, "expires_in": "60"}, "/expires_in"),
            ({"data": DATA, "expires_in": True}, "/expires_in"),
            ({"data": DATA, "expiresIn": 60}, "/expiresIn"),
        ],
    )
    def test_a_start_of_another_form(self, runtime: httpx.Client, body: dict[str, Any], pointer: str) -> None:
        assert refused(runtime.post("start", json=body), 422, "invalid-request") == [pointer]

    def test_too_much_data(self, runtime: httpx.Client) -> None:
        answer = runtime.post("start", json={"data": {**DATA, "userId": "u" * 500, "details": {"email": "x" * 4000}}})
        assert refused(answer, 422, "invalid-session-data") == ["/data"]

    def test_an_unknown_tag(self, runtime: httpx.Client, product: str) -> None:
        answer = runtime.post("../usr/start", json={"data": DATA})
        refused(answer, 404, "session-type-not-found")
        assert answer.json()["tag"] == "usr"
        assert "Did you mean `user`?" in answer.json()["detail"]
        for what in ("active", "users", "users/x", "dashboard"):
            refused(runtime.get(f"../usr/{what}"), 404, "session-type-not-found")

    def test_a_key_makes_one_session_of_two_requests(self, runtime: httpx.Client) -> None:
        headers = {"Idempotency-Key": "once"}
        first = runtime.post("start", json={"data": DATA}, headers=headers).json()
        assert runtime.post("start", json={"data": DATA}, headers=headers).json() == first
        assert runtime.get("active").json()["total"] == 1
        other = {"data": {**DATA, "userId": "somebody else"}}
        refused(runtime.post("start", json=other, headers=headers), 422, "idempotency-conflict")

    def test_a_key_is_its_tokens_own(self, either: Running, runtime: httpx.Client) -> None:
        headers = {"Idempotency-Key": "once"}
        first = runtime.post("start", json={"data": DATA}, headers=headers).json()
        with either.client(either.token(Role.RUNTIME)) as other:
            again = other.post(runtime.base_url.join("start"), json={"data": DATA}, headers=headers).json()
        assert again["sessionId"] != first["sessionId"]


class TestRefresh:
    def test_a_pair_is_exchanged_for_the_next(self, runtime: httpx.Client) -> None:
        first = started(runtime)
        answer = runtime.post("refresh", json={"refreshToken": first["refreshToken"]})
        assert answer.status_code == 200
        second = answer.json()
        assert second["sessionId"] == first["sessionId"]
        assert {second["token"], second["refreshToken"]}.isdisjoint({first["token"], first["refreshToken"]})
        assert verdict(runtime, first["token"])["valid"]
        assert verdict(runtime, second["token"])["valid"]

    def test_reuse_revokes_the_session(self, runtime: httpx.Client) -> None:
        first = started(runtime)
        second = runtime.post("refresh", json={"refreshToken": first["refreshToken"]}).json()
        again = runtime.post("refresh", json={"refreshToken": first["refreshToken"]})
        assert refused(again, 409, "refresh-token-reused") == ["/refreshToken"]
        for pair in (first, second):
            assert verdict(runtime, pair["token"]) == {**EMPTY_VERDICT, "reason": "revoked"}
        last = runtime.post("refresh", json={"refreshToken": second["refreshToken"]})
        refused(last, 409, "refresh-token-revoked")

    def test_the_same_client_gets_a_lost_answer_again(self, runtime: httpx.Client) -> None:
        asked = {"refreshToken": started(runtime)["refreshToken"]}
        headers = {"Idempotency-Key": "client 1".replace(" ", "-")}
        first = runtime.post("refresh", json=asked, headers=headers)
        assert first.status_code == 200
        assert runtime.post("refresh", json=asked, headers=headers).json() == first.json()
        refused(runtime.post("refresh", json=asked, headers={"Idempotency-Key": "x"}), 409, "refresh-token-reused")

    @pytest.mark.parametrize("token", ["", "x", "rcr_0123456789abcdef_" + "A" * 43, "rcr_é"])
    def test_one_that_nobody_gave(self, runtime: httpx.Client, token: str) -> None:
        answer = runtime.post("refresh", json={"refreshToken": token})
        assert refused(answer, 409, "refresh-token-invalid") == ["/refreshToken"]
        assert not token or token not in answer.text

    def test_a_misspelled_field_is_named(self, runtime: httpx.Client) -> None:
        answer = runtime.post("refresh", json={"refresh_token": "rcr_x"})
        assert set(refused(answer, 422, "invalid-request")) == {"/refreshToken", "/refresh_token"}
        assert "Did you mean `refreshToken`?" in answer.text


class TestRevoke:
    def test_a_session_ends(self, runtime: httpx.Client) -> None:
        pair, other = started(runtime), started(runtime)
        assert runtime.post("revoke", json={"sessionId": pair["sessionId"]}).json() == {"revoked": 1}
        assert verdict(runtime, pair["token"])["reason"] == "revoked"
        assert verdict(runtime, other["token"])["valid"]
        assert runtime.post("revoke", json={"sessionId": pair["sessionId"]}).json() == {"revoked": 0}

    @pytest.mark.parametrize("call", ["revoke", "revoke-all"])
    def test_all_sessions_of_a_user_end(self, runtime: httpx.Client, call: str) -> None:
        mine = [started(runtime) for _ in range(3)]
        yours = started(runtime, {**DATA, "userId": "you"})
        assert runtime.post(call, json={"identifier": "user_123"}).json() == {"revoked": 3}
        assert {verdict(runtime, each["token"])["reason"] for each in mine} == {"revoked"}
        assert verdict(runtime, yours["token"])["valid"]
        assert runtime.post(call, json={"identifier": "nobody"}).json() == {"revoked": 0}

    def test_one_that_is_not_there(self, runtime: httpx.Client) -> None:
        refused(runtime.post("revoke", json={"sessionId": "x"}), 404, "session-not-found")

    @pytest.mark.parametrize("body", [{}, {"sessionId": "x", "identifier": "y"}])
    def test_it_is_one_of_the_two(self, runtime: httpx.Client, body: dict[str, Any]) -> None:
        assert refused(runtime.post("revoke", json=body), 422, "invalid-request") == [""]


class TestReports:
    def test_who_is_live_and_who_ever_was(self, runtime: httpx.Client) -> None:
        for number in range(5):
            started(runtime, {**DATA, "userId": f"user {number}/{number}?"})
        gone = started(runtime, {**DATA, "userId": "gone"})
        runtime.post("revoke", json={"sessionId": gone["sessionId"]})
        page = runtime.get("active", params={"limit": 2, "page": 2}).json()
        assert (page["total"], page["page"], page["limit"], page["totalPages"], len(page["sessions"])) == (
            5,
            2,
            2,
            3,
            2,
        )
        assert set(page["sessions"][0]) == {
            "sessionId", "identifier", "startAt", "endAt", "active", "revokedAt", "data",
        }  # fmt: skip
        users = runtime.get("users").json()
        assert (users["total"], users["totalPages"]) == (6, 1)
        assert {user["status"] for user in users["users"]} == {"active", "inactive"}
        assert {user["env"] for user in users["users"]} == {"prd"}
        one = runtime.get("users/user%203%2F3%3F").json()
        assert (one["identifier"], one["totalSessions"], one["activeSessions"]) == ("user 3/3?", 1, 1)
        assert one["latestSessionData"]["userId"] == one["sessions"][0]["identifier"] == "user 3/3?"
        assert runtime.get("active", params={"identifier": "user 3/3?"}).json()["total"] == 1
        refused(runtime.get("users/nobody"), 404, "user-not-found")
        refused(runtime.get("users/"), 404, "not-found")
        refused(runtime.get("users/%00"), 422, "invalid-request")

    def test_the_dashboard(self, runtime: httpx.Client) -> None:
        for user in ("a", "a", "b"):
            started(runtime, {**DATA, "userId": user})
        runtime.post("revoke-all", json={"identifier": "b"})
        numbers = runtime.get("dashboard", params={"days": 3}).json()
        timeline = numbers.pop("timeline")
        assert [set(day) for day in timeline] == [{"date", "sessions", "newUsers"}] * 3
        assert sum(day["sessions"] for day in timeline) == 3
        assert numbers == {
            "totalUsers": 2,
            "activeUsers": 1,
            "inactiveUsers": 1,
            "expiredUsers": 0,
            "newUsersToday": 2,
            "newUsersThisWeek": 2,
            "totalSessions": 3,
            "activeSessions": 2,
            "averageSessionsPerUser": 1.5,
        }

    def test_the_impact_is_the_runtimes(self, either: Running, runtime: httpx.Client, product: str) -> None:
        for user in ("a", "a", "b"):
            started(runtime, {**DATA, "userId": user})
        with either.client(either.token(Role.READ)) as reader:
            impact = reader.get(f"/v1/products/{product}/session-types/user/impact").json()
        assert (impact["live_sessions"], impact["live_users"]) == (3, 2)
        assert impact["environments"] == [{"environment": "prd", "live_sessions": 3, "live_users": 2}]

    @pytest.mark.parametrize(
        ("query", "pointer"),
        [
            ("active?page=0", "/page"),
            ("active?limit=1001", "/limit"),
            ("active?identifier=", "/identifier"),
            ("users?page=x", "/page"),
            ("users?user=x", "/user"),
            ("users/x?limit=0", "/limit"),
            ("dashboard?days=0", "/days"),
            ("dashboard?days=367", "/days"),
            (f"users?page={2**64}", "/page"),
        ],
    )
    def test_a_wrong_query(self, runtime: httpx.Client, query: str, pointer: str) -> None:
        assert refused(runtime.get(query), 422, "invalid-request") == [pointer]


class TestKeysAndRetention:
    def test_rotation_logs_nobody_out_and_retirement_does(
        self, either: Running, runtime: httpx.Client, product: str
    ) -> None:
        token = started(runtime)["token"]
        with either.client(either.token(Role.ADMIN)) as admin:
            admin.base_url = httpx.URL(f"{either.url}/v1/products/{product}/envs/prd/keys/")
            [old] = admin.get("../keys").json()["items"]
            made = admin.post("rotate")
            assert (made.status_code, made.json()["current"]) == (201, False)
            assert verdict(runtime, token)["valid"]
            retired = admin.post(f"{old['keyId']}/retire").json()
            assert (retired["keyId"], retired["sessions"], retired["users"]) == (old["keyId"], 1, 1)
            refused(admin.post(f"{old['keyId']}/retire"), 404, "key-not-found")
        assert verdict(runtime, token) == REFUSED
        assert verdict(runtime, started(runtime)["token"])["valid"]

    def test_pruning_keeps_the_totals(self, either: Running, runtime: httpx.Client, product: str) -> None:
        pair = started(runtime)
        runtime.post("revoke", json={"sessionId": pair["sessionId"]})
        with either.client(either.token(Role.ADMIN)) as admin:
            address = f"/v1/products/{product}/sessions/prune"
            assert admin.post(address, json={"before": "2001-01-01T00:00:00Z"}).json() == {"sessions": 0}
            assert admin.post(address, json={"before": "2999-01-01T00:00:00+02:00"}).json() == {"sessions": 1}
            assert refused(admin.post(address, json={"before": "yesterday"}), 422, "invalid-request") == ["/before"]
        user = runtime.get("users/user_123").json()
        assert (user["totalSessions"], user["sessions"], user["latestSessionData"]) == (1, [], None)
        assert runtime.get("dashboard").json()["totalSessions"] == 1


class TestAccess:
    def test_read_sees_numbers_and_no_people(self, either: Running, runtime: httpx.Client) -> None:
        with either.client(either.token(Role.READ)) as reader:
            assert reader.get(runtime.base_url.join("dashboard")).status_code == 200
            for what in ("active", "users", "users/user_123"):
                refused(reader.get(runtime.base_url.join(what)), 403, "role-forbidden")

    def test_a_revoked_token_stops_within_a_second(self, either: Running, runtime: httpx.Client) -> None:
        token = started(runtime)["token"]
        address = runtime.base_url.join("verify")
        with either.client(either.token(Role.ADMIN)) as admin:
            made = admin.post("/v1/tokens", json={"name": f"soon gone {address}", "role": "runtime"}).json()
            with either.client(made["secret"]) as app:
                assert app.post(address, json={"token": token}).json()["valid"]
                admin.delete(f"/v1/tokens/{made['id']}")
                time.sleep(1)
                refused(app.post(address, json={"token": token}), 401, "token-revoked")

    def test_an_expired_token_stops_at_once(self, either: Running, runtime: httpx.Client) -> None:
        token, address = started(runtime)["token"], runtime.base_url.join("verify")
        secret = either.token(Role.RUNTIME, expires_at=datetime.now(UTC) + timedelta(seconds=2))
        with either.client(secret) as app:
            answers = [app.post(address, json={"token": token})]
            deadline = time.monotonic() + PATIENCE_SECONDS
            while answers[-1].status_code == 200:
                assert time.monotonic() < deadline
                answers.append(app.post(address, json={"token": token}))
        assert all(answer.json()["valid"] for answer in answers[:-1])
        refused(answers[-1], 401, "token-expired")


def test_neither_tokens_nor_data_nor_users_reach_the_log(
    runtime: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        pair = started(runtime)
        verdict(runtime, pair["token"])
        runtime.post("refresh", json={"refreshToken": pair["refreshToken"]})
        runtime.post("refresh", json={"refreshToken": pair["refreshToken"]})
        runtime.get("users/user_123")
        runtime.get("active", params={"identifier": "user_123"})
        runtime.post("start", json={"data": {"userId": 5}})
    ours = [record for record in caplog.records if record.name.startswith("reconciler")]
    said = " ".join(str(vars(record)) for record in ours)
    assert len(ours) >= 7
    assert "/users/{identifier}" in said
    for secret in (pair["token"], pair["refreshToken"], pair["token"][5:40], "user_123", "ada@example.com"):
        assert secret not in said


def test_what_came_of_the_calls_is_counted(either: Running, runtime: httpx.Client) -> None:
    def counted(call: str, outcome: str) -> float:
        with either.client() as anybody:
            line = rf'^reconciler_sessions_total{{call="{call}",outcome="{outcome}"}} (\S+)$'
            found = re.search(line, anybody.get("/metrics").text, re.MULTILINE)
        return float(found[1]) if found else 0

    calls = [("start", "ok"), ("start", "refused"), ("verify", "ok"), ("verify", "invalid"), ("refresh", "invalid")]
    before = [counted(*call) for call in calls]
    token = started(runtime)["token"]
    runtime.post("start", json={"data": {}})
    for each in (token, "x"):
        verdict(runtime, each)
    runtime.post("refresh", json={"refreshToken": "x"})
    assert [counted(*call) for call in calls] == [number + 1 for number in before]
