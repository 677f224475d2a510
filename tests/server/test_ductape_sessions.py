"""The session runtime as the Ductape platform's clients call it, from the start of a session to the dashboard."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reconciler.access import Role
from tests.postgres import PostgresServer
from tests.server.ductape_client import DuctapeClient, refused
from tests.server.running import Running, running, spec, until

DATA = {"userId": "user_123", "details": {"email": "ada@example.com"}}
PLACE = {"env": "prd", "tag": "user"}
REPORT = {"env": "prd", "session": "user"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def answering(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    url = "sqlite:///registry.db"
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.new_database()
    with running(url, tmp_path_factory.mktemp("server"), ductape=True) as started:
        yield started


@pytest.fixture
def app(answering: Running, product: str) -> Iterator[DuctapeClient]:
    """Return an application that may run the sessions of a product with one session type."""
    with answering.client() as http:
        DuctapeClient(http, product, answering.token(Role.WRITE)).call("create", product, spec())
        yield DuctapeClient(http, product, answering.token(Role.RUNTIME))


def started(app: DuctapeClient, user: str = "user_123", **more: Any) -> dict[str, Any]:
    return dict(app.at("start", **PLACE, data={**DATA, "userId": user}, **more))


def test_a_session_is_started_verified_refreshed_and_revoked(app: DuctapeClient) -> None:
    first = started(app)
    assert set(first) == {"token", "refreshToken", "sessionId", "expiresAt", "refreshExpiresAt"}
    assert first["token"].startswith("user:")
    verdict = app.at("verify", **PLACE, token=first["token"])
    assert verdict == {
        "valid": True,
        "data": DATA,
        "sessionId": first["sessionId"],
        "identifier": "user_123",
        "expiresAt": first["expiresAt"],
    }
    second = app.at("refresh", **PLACE, refreshToken=first["refreshToken"])
    assert second["token"] != first["token"]
    assert app.at("verify", **PLACE, token=second["token"])["valid"] is True
    assert app.at("revoke", **PLACE, sessionId=first["sessionId"]) is None
    for token in (first["token"], second["token"]):
        assert app.at("verify", **PLACE, token=token) == {"valid": False, "reason": "revoked"}


def test_a_session_is_refreshed_after_its_type_gained_a_field(app: DuctapeClient, answering: Running) -> None:
    pair = started(app)
    writer = DuctapeClient(app.http, app.product, answering.token(Role.WRITE))
    writer.call("update", app.product, "user", {"schema": {**spec()["schema"], "plan": "pro"}})
    app.refused_at(400, "CREATE_FAILED", "start", **PLACE, data=DATA)
    second = app.at("refresh", **PLACE, refreshToken=pair["refreshToken"])
    assert app.at("verify", **PLACE, token=second["token"])["data"] == DATA


def test_a_refresh_token_that_is_used_twice_ends_the_session(app: DuctapeClient) -> None:
    pair = started(app)
    app.at("refresh", **PLACE, refreshToken=pair["refreshToken"])
    message = app.refused_at(409, "REFRESH_FAILED", "refresh", **PLACE, refreshToken=pair["refreshToken"])
    assert "used before" in message
    assert app.at("verify", **PLACE, token=pair["token"])["valid"] is False


def test_a_session_may_live_shorter(app: DuctapeClient) -> None:
    ends = datetime.fromisoformat(started(app, expiresIn=60)["expiresAt"])
    assert ends - datetime.now(UTC) <= timedelta(seconds=60)


def test_what_the_platform_would_cache_is_no_matter_here(app: DuctapeClient) -> None:
    assert started(app, cache="sessions-cache")["token"]


def test_everything_wrong_with_the_data_is_told(app: DuctapeClient) -> None:
    message = app.refused_at(400, "CREATE_FAILED", "start", **PLACE, data={"userId": 5, "x": 1})
    for place in ("data.userId: ", "data.details: ", "data.x: "):
        assert place in message


def test_sessions_of_a_user_are_revoked_together(app: DuctapeClient) -> None:
    tokens = [started(app)["token"], started(app)["token"]]
    other = started(app, "somebody else")["token"]
    assert app.at("revokeAll", **PLACE, identifier="user_123") is None
    assert app.at("revoke", **PLACE, identifier="nobody") is None
    assert [app.at("verify", **PLACE, token=token)["valid"] for token in (*tokens, other)] == [False, False, True]


@pytest.mark.parametrize("fields", [{}, {"sessionId": "s", "identifier": "u"}])
def test_a_revocation_is_of_one_session_or_of_a_user(app: DuctapeClient, fields: dict[str, str]) -> None:
    assert "either" in app.refused_at(400, "INVALID_REQUEST", "revoke", **PLACE, **fields)


@pytest.mark.parametrize(
    ("method", "fields", "says"),
    [
        ("start", {"tag": "user", "data": DATA}, "env: The field is required"),
        ("start", {**PLACE, "data": []}, "data: "),
        ("verify", {"env": "prd", "token": "x"}, "tag"),
        ("listActive", {**PLACE, "identifer": "u"}, "Did you mean `identifier`?"),
        ("listActive", {**PLACE, "page": 0}, "page: "),
        ("fetchUsers", {**REPORT, "limit": 10**6}, "limit: "),
        ("fetchUserDetails", REPORT, "identifier: The field is required"),
    ],
)
def test_arguments_are_checked_by_name(app: DuctapeClient, method: str, fields: dict[str, Any], says: str) -> None:
    assert says in app.refused_at(400, "INVALID_REQUEST", method, **fields)


def test_arguments_come_in_one_object(app: DuctapeClient) -> None:
    several: list[list[Any]] = [[], ["user"], [{}, {}]]
    for params in several:
        assert "one object" in refused(app.execute("sessions", "start", *params), 400, "INVALID_REQUEST")


def test_what_is_not_there_has_the_platforms_code(app: DuctapeClient) -> None:
    unknown = {**PLACE, "tag": "usr"}
    assert "Did you mean `user`?" in app.refused_at(404, "SESSION_NOT_FOUND", "start", **unknown, data=DATA)
    app.refused_at(404, "SESSION_NOT_FOUND", "revoke", **PLACE, sessionId="5f0c2c1e")
    app.refused_at(404, "USER_NOT_FOUND", "fetchUserDetails", **REPORT, identifier="nobody")


def test_live_sessions_users_and_numbers_are_told(app: DuctapeClient) -> None:
    pairs = [started(app, f"u{number}") for number in (1, 2, 2)]
    app.at("revokeAll", **PLACE, identifier="u1")

    active = app.at("listActive", **PLACE, identifier="u2", page=1, limit=1)
    assert (active["total"], active["totalPages"], len(active["sessions"])) == (2, 2, 1)
    assert active["sessions"][0]["sessionId"] in {pair["sessionId"] for pair in pairs[1:]}

    users = app.at("fetchUsers", **REPORT, page=1, limit=20)
    assert {name: users[name] for name in ("total", "page", "limit", "totalPages")} == {
        "total": 2,
        "page": 1,
        "limit": 20,
        "totalPages": 1,
    }
    by_identifier = {each["identifier"]: each for each in users["users"]}
    counts = {name: (each["session_count"], each["active_sessions"]) for name, each in by_identifier.items()}
    assert counts == {"u1": (1, 0), "u2": (2, 2)}
    assert {name: each["status"] for name, each in by_identifier.items()} == {"u1": "inactive", "u2": "active"}
    assert by_identifier["u1"]["product_tag"] == app.product
    assert (by_identifier["u1"]["session_tag"], by_identifier["u1"]["env"]) == ("user", "prd")

    details = app.at("fetchUserDetails", **REPORT, identifier="u2")
    assert (details["totalSessions"], details["activeSessionsCount"]) == (2, 2)
    assert [each["session_id"] for each in details["sessions"]] == [pair["sessionId"] for pair in pairs[:0:-1]]
    assert all(each["active"] is each["is_active"] is True for each in details["sessions"])
    assert details["latestSessionData"] == {**DATA, "userId": "u2"}

    numbers = app.at("fetchDashboard", **REPORT)
    timeline = numbers.pop("activityTimeline")
    assert timeline[-1] == {"date": datetime.now(UTC).date().isoformat(), "sessions": 3}
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


def test_without_an_environment_the_only_one_is_meant(app: DuctapeClient) -> None:
    assert "no sessions yet" in app.refused_at(400, "ENV_NOT_FOUND", "fetchUsers", session="user")
    started(app)
    assert app.at("fetchUsers", session="user")["total"] == 1
    app.at("start", env="stg", tag="user", data=DATA)
    assert "prd, stg" in app.refused_at(400, "ENV_NOT_FOUND", "fetchDashboard", session="user")
    environments = app.call("environments.list", app.product, module="product")
    assert [each["slug"] for each in environments] == ["prd", "stg"]
    assert app.call("environments.fetch", app.product, "stg", module="product") == environments[1]


def test_the_log_names_the_call_and_repeats_nothing_of_it(
    answering: Running, app: DuctapeClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "reconciler.server")
    pair = started(app, "s3cr3t-user")
    app.refused_at(400, "CREATE_FAILED", "start", **PLACE, data={"s3cr3t": 1})
    refused(app.execute("sessions", "s3cr3t"), 403, "METHOD_NOT_ALLOWED")

    def logged() -> list[dict[str, Any]]:
        found = [vars(record) for record in caplog.records if record.name == "reconciler.server.requests"]
        return [line for line in found if line["call"] != "sessions.create"]  # of the fixture, if it comes late

    until(lambda: len(logged()) == 3)  # a line is written after its answer
    lines = logged()
    assert [(line["call"], line["status"]) for line in lines] == [
        ("sessions.start", 200),
        ("sessions.start", 400),
        (None, 403),
    ]
    assert {line["path"] for line in lines} == {"/proxy/v1/sdk-proxy/execute"}
    told = " ".join(map(str, lines))
    for secret in ("s3cr3t", app.token, pair["token"], pair["refreshToken"]):
        assert secret not in told
    assert all(str(line["token"]).startswith("t") for line in lines)
    with answering.client() as http:
        assert 'route="/proxy/v1/sdk-proxy/execute"' in http.get("/metrics").text
