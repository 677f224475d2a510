"""Session types through the client: the last write wins, if it is not told otherwise; errors tell everything."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from reconciler.access import Role
from reconciler.client import (
    Client,
    InvalidSessionType,
    RegistryDenied,
    StaleRecord,
    TagExists,
    UnknownSessionType,
)
from tests.client.conftest import USER_SESSION, NewClient
from tests.server.running import Running
from tests.service.proxy import proxy_to


@pytest.mark.usefixtures("app")
def test_an_update_wins_over_one_in_between(server: Running, new_client: NewClient) -> None:
    other = new_client()
    with proxy_to(server.url) as traffic:
        mine = new_client(url=traffic.url)
        # Whatever is read through the proxy is old before it arrives.
        traffic.once["GET"] = lambda: other.session_types.update("user-session", name="Somebody else's")
        updated = mine.session_types.update("user-session", expiry=9)
    assert (updated.name, updated.expiry) == ("Somebody else's", 9)
    assert [status for method, _, status in traffic.seen if method == "PATCH"] == [412, 200]


def test_an_update_that_always_loses_gives_up(
    app: Client, server: Running, new_client: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.client.session_types._RACES", 1)
    with proxy_to(server.url) as traffic:
        mine = new_client(url=traffic.url)
        traffic.once["GET"] = lambda: app.session_types.update("user-session", name="Somebody else's")
        with pytest.raises(StaleRecord, match="is at revision 2, not 1"):
            mine.session_types.update("user-session", expiry=9)
    assert app.session_types.fetch("user-session").expiry == 7


def test_an_update_at_a_revision_loses_to_one_in_between(app: Client) -> None:
    seen = app.session_types.fetch("user-session")
    app.session_types.update("user-session", name="Somebody else's")
    with pytest.raises(StaleRecord) as refused:
        app.session_types.update("user-session", revision=seen.revision, expiry=9)
    assert (refused.value.code, refused.value.status) == ("stale-record", 412)
    assert refused.value.hint == "Fetch the session type again to see it as it is now."
    assert app.session_types.fetch("user-session").expiry == 7


def test_a_deletion_at_a_revision_loses_to_an_update(app: Client) -> None:
    seen = app.session_types.fetch("user-session")
    app.session_types.update("user-session", name="Somebody else's")
    with pytest.raises(StaleRecord):
        app.session_types.delete("user-session", revision=seen.revision)
    app.session_types.delete("user-session")
    assert app.session_types.fetch_all() == ()


def test_updates_by_many_threads_all_come_through(app: Client) -> None:
    fields = {"name": "Threads", "description": "by many", "expiry": 3, "period": "weeks"}
    together = threading.Barrier(len(fields))

    def update(name: str) -> None:
        together.wait()
        app.session_types.update("user-session", {name: fields[name]})

    with ThreadPoolExecutor(len(fields)) as threads:
        list(threads.map(update, fields))
    assert app.session_types.fetch("user-session").to_json() == {**USER_SESSION, **fields}


def test_a_schema_is_replaced_whole(app: Client) -> None:
    updated = app.session_types.update("user-session", schema={"userId": "user_1"})
    assert updated.schema == {"userId": "user_1"}


def test_an_update_without_a_field_changes_nothing(app: Client) -> None:
    before = app.session_types.fetch("user-session")
    assert app.session_types.update("user-session", {}) == before


@pytest.mark.parametrize(
    "call",
    [
        lambda types: types.fetch("nobody"),
        lambda types: types.update("nobody", name="x"),
        lambda types: types.update("nobody"),
        lambda types: types.delete("nobody"),
    ],
    ids=["fetch", "update", "update of nothing", "delete"],
)
def test_an_unknown_tag_is_told(client: Client, call: Callable[..., object]) -> None:
    with pytest.raises(UnknownSessionType, match="There is no session type `nobody`") as refused:
        call(client.session_types)
    assert (refused.value.code, refused.value.tag) == ("session-type-not-found", "nobody")


def test_what_can_be_no_tag_is_an_unknown_one(client: Client) -> None:
    for tag in ("a/b", "..", "", "a:b"):
        with pytest.raises(UnknownSessionType):
            client.session_types.fetch(tag)
        with pytest.raises(UnknownSessionType):
            client.sessions.users(tag)


def test_a_tag_is_created_once(app: Client) -> None:
    with pytest.raises(TagExists) as refused:
        app.session_types.create(USER_SESSION)
    assert (refused.value.code, refused.value.status) == ("tag-exists", 409)
    assert refused.value.hint == "Update it, or choose another tag."


def test_all_that_is_wrong_with_a_session_type_is_told_with_its_place(client: Client) -> None:
    with pytest.raises(InvalidSessionType) as refused:
        client.session_types.create({**USER_SESSION, "expiry": 0, "period": "fortnights", "selector": "userId"})
    assert (refused.value.code, refused.value.status) == ("invalid-session-type", 422)
    assert {each.pointer for each in refused.value.errors} == {"/expiry", "/period", "/selector"}
    assert all(each.message and each.code for each in refused.value.errors)


def test_a_tag_cannot_be_changed(app: Client) -> None:
    with pytest.raises(InvalidSessionType, match="identity"):
        app.session_types.update("user-session", {"tag": "another"})


def test_a_session_type_without_a_tag_is_refused_by_the_registry(client: Client) -> None:
    with pytest.raises(InvalidSessionType) as refused:
        client.session_types.create({name: value for name, value in USER_SESSION.items() if name != "tag"})
    assert [each.pointer for each in refused.value.errors] == ["/tag"]


@pytest.mark.usefixtures("app")
def test_a_token_for_reading_cannot_write(new_client: NewClient) -> None:
    reading = new_client(role=Role.READ)
    assert reading.session_types.fetch("user-session").tag == "user-session"
    with pytest.raises(RegistryDenied) as refused:
        reading.session_types.update("user-session", name="x")
    assert (refused.value.code, refused.value.status) == ("role-forbidden", 403)


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_a_write_whose_answer_was_lost_is_carried_out_once(server: Running, new_client: NewClient, method: str) -> None:
    with proxy_to(server.url) as traffic:
        client = new_client(url=traffic.url)
        traffic.lose |= {method}
        created = client.session_types.create(USER_SESSION)
        updated = client.session_types.update("user-session", expiry=9)
        client.session_types.delete("user-session")
    assert (created.revision, updated.revision) == (1, 2)
    assert traffic.lose == set()
