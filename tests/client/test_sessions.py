"""Sessions through the client: typed errors, calls that are carried out once, and identifiers of every kind."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from reconciler.access import Role
from reconciler.client import (
    Client,
    IdempotencyConflict,
    InvalidSessionData,
    RefreshRefused,
    RegistryDenied,
    RegistryRejected,
    UnknownSession,
    UnknownSessionType,
    UnknownUser,
)
from tests.client.conftest import DATA, USER_SESSION, NewClient
from tests.server.running import Running
from tests.service.proxy import proxy_to


def test_all_that_is_wrong_with_data_is_told_with_its_place(app: Client) -> None:
    with pytest.raises(InvalidSessionData) as refused:
        app.sessions.start("user-session", {"userId": True, "role": "admin", "age": 7})
    assert (refused.value.code, refused.value.status) == ("invalid-session-data", 422)
    assert {each.pointer for each in refused.value.errors} == {"/data/userId", "/data/email", "/data/age"}
    assert {each.pointer: each.message for each in refused.value.errors}["/data/email"] == "`email` is missing."


def test_a_lifetime_can_only_be_shortened(app: Client) -> None:
    with pytest.raises(InvalidSessionData) as refused:
        app.sessions.start("user-session", DATA, expires_in=8 * 86_400)
    assert [each.pointer for each in refused.value.errors] == ["/expires_in"]


@pytest.mark.parametrize("given", ["x", [("userId", "user_123")], None])
def test_data_that_is_no_mapping_is_told(app: Client, given: Any) -> None:
    with pytest.raises(TypeError, match=r"must be a mapping.*not (str|list|NoneType)$"):
        app.sessions.start("user-session", given)


def test_a_token_that_is_missing_is_no_good_one(app: Client) -> None:
    for nothing in (None, ""):
        verdict = app.sessions.verify("user-session", nothing)
        assert (verdict.valid, verdict.reason) == (False, "invalid")
    mistaken: Any = b"user-session:x"
    with pytest.raises(TypeError, match="a str or None, not bytes"):
        app.sessions.verify(None, mistaken)


def test_data_that_json_does_not_have_is_refused_before_it_is_sent(app: Client) -> None:
    with pytest.raises(RegistryRejected, match="JSON does not have"):
        app.sessions.start("user-session", {**DATA, "role": float("nan")})


def test_an_unknown_session_type_is_told(client: Client) -> None:
    for call in (
        lambda: client.sessions.start("nobody", {}),
        lambda: client.sessions.users("nobody"),
        lambda: client.sessions.dashboard("nobody"),
    ):
        with pytest.raises(UnknownSessionType, match="`nobody`") as refused:
            call()
        assert (refused.value.code, refused.value.status) == ("session-type-not-found", 404)


def test_an_unknown_session_and_an_unknown_user_are_told(app: Client) -> None:
    with pytest.raises(UnknownSession) as session:
        app.sessions.revoke("user-session", session_id="5f0c2c1e-9d7b-4a6f-8e3d-2c1b0a998877")
    with pytest.raises(UnknownUser) as user:
        app.sessions.user("user-session", "nobody")
    assert (session.value.code, user.value.code) == ("session-not-found", "user-not-found")
    assert (session.value.status, user.value.status) == (404, 404)


def test_arguments_that_no_registry_takes_are_told(app: Client) -> None:
    with pytest.raises(RegistryRejected, match=r"^The request would not be valid: .*\(at /page\)$") as page:
        app.sessions.users("user-session", page=0)
    assert (page.value.code, page.value.status) == ("invalid-request", 422)
    assert [each.pointer for each in page.value.errors] == ["/page"]
    for call in (app.sessions.user, app.sessions.revoke_all):
        with pytest.raises(RegistryRejected):
            call("user-session", "")


def test_what_is_to_be_revoked_is_named_once(app: Client) -> None:
    with pytest.raises(TypeError, match="either session_id"):
        app.sessions.revoke("user-session")
    with pytest.raises(TypeError, match="either session_id"):
        app.sessions.revoke("user-session", session_id="x", identifier="y")


def test_a_reused_refresh_token_revokes_the_session(app: Client) -> None:
    first = app.sessions.start("user-session", DATA)
    second = app.sessions.refresh("user-session", first.refresh_token)
    with pytest.raises(RefreshRefused) as refused:
        app.sessions.refresh("user-session", first.refresh_token)
    assert (refused.value.code, refused.value.status) == ("refresh-token-reused", 409)
    assert (refused.value.reason, refused.value.reused) == ("revoked", True)
    assert app.sessions.verify("user-session", second.token).reason == "revoked"


def test_a_refresh_token_that_is_none_is_refused(app: Client) -> None:
    with pytest.raises(RefreshRefused) as refused:
        app.sessions.refresh("user-session", "rcr_0123456789abcdef_" + "A" * 43)
    assert (refused.value.code, refused.value.reason) == ("refresh-token-invalid", "invalid")


def test_a_repeated_refresh_with_the_same_client_key_gives_the_same_pair(app: Client) -> None:
    first = app.sessions.start("user-session", DATA)
    second = app.sessions.refresh("user-session", first.refresh_token, client_key="worker-7")
    assert app.sessions.refresh("user-session", first.refresh_token, client_key="worker-7") == second


def test_a_start_whose_answer_was_lost_starts_one_session(server: Running, app: Client, new_client: NewClient) -> None:
    with proxy_to(server.url) as traffic:
        traffic.lose |= {"POST"}
        pair = new_client(url=traffic.url).sessions.start("user-session", DATA)
    assert [status for *_, status in traffic.seen] == [201, 201]
    assert [each.session_id for each in app.sessions.each_active("user-session")] == [pair.session_id]


def test_a_refresh_whose_answer_was_lost_is_no_reuse(server: Running, app: Client, new_client: NewClient) -> None:
    first = app.sessions.start("user-session", DATA)
    with proxy_to(server.url) as traffic:
        traffic.lose |= {"POST"}
        second = new_client(url=traffic.url).sessions.refresh("user-session", first.refresh_token)
    assert [status for *_, status in traffic.seen] == [200, 200]
    assert app.sessions.verify("user-session", second.token).valid


def test_an_idempotency_key_stands_for_one_start(app: Client) -> None:
    first = app.sessions.start("user-session", DATA, idempotency_key="login-42")
    assert app.sessions.start("user-session", DATA, idempotency_key="login-42") == first
    with pytest.raises(IdempotencyConflict) as refused:
        app.sessions.start("user-session", {**DATA, "role": "guest"}, idempotency_key="login-42")
    assert (refused.value.code, refused.value.status) == ("idempotency-conflict", 422)


def test_the_tag_may_come_from_the_token(app: Client) -> None:
    app.session_types.create({**USER_SESSION, "tag": "admin-session"})
    token = app.sessions.start("admin-session", DATA).token
    assert app.sessions.verify(None, token).valid
    assert app.sessions.verify("user-session", token).reason == "invalid"


def test_what_is_no_token_is_not_even_asked_about(server: Running, new_client: NewClient) -> None:
    with proxy_to(server.url) as traffic:
        client = new_client(url=traffic.url)
        for token in ("", ":", "x", "user-session:", "../../tokens:x", "user-session:\r\n", "ü:x", "a b:c"):
            assert client.sessions.verify(None, token).reason == "invalid"
    assert traffic.seen == []


def test_a_token_of_another_environment_is_invalid(app: Client, new_client: NewClient) -> None:
    token = app.sessions.start("user-session", DATA).token
    assert new_client(env="stg").sessions.verify("user-session", token).reason == "invalid"


@pytest.mark.parametrize(
    "identifier", ["a/b", ".", "..", "a b", "ada@example.com", "Ọ̀yọ́ ✓", "%2F", "?x=1#y", "a\\b", "x" * 500]
)
def test_every_identifier_finds_its_user(app: Client, identifier: str) -> None:
    app.sessions.start("user-session", {**DATA, "userId": identifier})
    assert app.sessions.user("user-session", identifier).user.identifier == identifier
    assert app.sessions.active("user-session", identifier=identifier).total == 1
    assert app.sessions.revoke("user-session", identifier=identifier).sessions == 1


@pytest.mark.parametrize(("sample", "value", "spelled"), [(7, 42, "42"), (0.5, 2.0, "2"), (True, False, "false")])
def test_an_identifier_that_is_no_string_is_found_as_it_is(
    app: Client, sample: float, value: float, spelled: str
) -> None:
    app.session_types.create({**USER_SESSION, "tag": "number", "schema": {"userId": sample}})
    token = app.sessions.start("number", {"userId": value}).token
    assert app.sessions.verify("number", token).identifier == spelled
    assert app.sessions.user("number", value).user.identifier == spelled


def test_users_and_sessions_can_be_gone_through(app: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.client.sessions._WHOLE_PAGE", 2)
    for number in range(5):
        app.sessions.start("user-session", {**DATA, "userId": f"user_{number}"})
    assert {each.identifier for each in app.sessions.each_user("user-session")} == {f"user_{n}" for n in range(5)}
    assert len(list(app.sessions.each_active("user-session"))) == 5
    assert [each.identifier for each in app.sessions.each_active("user-session", identifier="user_3")] == ["user_3"]


def test_nobody_is_gone_through_where_there_is_nobody(app: Client) -> None:
    assert list(app.sessions.each_user("user-session")) == []
    assert list(app.sessions.each_active("user-session")) == []


def test_one_client_serves_many_threads(app: Client) -> None:
    def live(number: int) -> bool:
        pair = app.sessions.start("user-session", {**DATA, "userId": f"user_{number}"})
        pair = app.sessions.refresh("user-session", pair.refresh_token)
        verdict = app.sessions.verify("user-session", pair.token)
        return verdict.valid and verdict.identifier == f"user_{number}"

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(live, range(40)))
    assert app.sessions.dashboard("user-session").total_users == 40


@pytest.mark.usefixtures("app")
def test_a_token_for_sessions_cannot_change_session_types(new_client: NewClient) -> None:
    running = new_client(role=Role.RUNTIME)
    assert running.sessions.verify("user-session", running.sessions.start("user-session", DATA).token).valid
    with pytest.raises(RegistryDenied):
        running.session_types.delete("user-session")


@pytest.mark.usefixtures("app")
def test_a_token_for_reading_sees_the_numbers_and_no_session(new_client: NewClient) -> None:
    reading = new_client(role=Role.READ)
    assert reading.sessions.dashboard("user-session").total_users == 0
    with pytest.raises(RegistryDenied):
        reading.sessions.users("user-session")
