"""What is sent, and many threads sending it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from reconciler.port import Create, Delete, RegistryRejected, Source, StaleRecord, Update
from reconciler.registry.http import HttpRegistry
from reconciler.session_type import SessionType
from tests.registry.http.fake import FakeServer, Fault, Reply

Make = Callable[..., SessionType]
SOURCE = Source("Ünï-projekt", "sessions/a b.yaml", "c0ffee", "sha256:1")


def test_each_write_is_one_request(client: HttpRegistry, server: FakeServer, make: Make) -> None:
    client.create(make(), SOURCE)
    client.update("user-session", {"expiry": 8}, revision=1, source=SOURCE)
    client.delete("user-session", revision=2, source=SOURCE)
    client.commit([Create(make("a"), SOURCE), Create(make("b"))])
    client.commit([Update("a", {}, 4, SOURCE), Delete("b", 5)])

    # A changeset of nothing but creates asks for the product's revision first.
    assert server.made() == ["POST", "PATCH", "DELETE", "GET", "POST", "POST"]
    create, update, delete = server.seen[:3]
    assert create.body == make().to_json()
    assert create.headers["reconciler-project"] == "%C3%9Cn%C3%AF-projekt"
    assert create.headers["reconciler-file"] == "sessions/a%20b.yaml"
    assert {each.source for each in (create, update, delete)} == {SOURCE}
    assert update.body == {"expiry": 8}
    assert [each.headers["if-match"] for each in (update, delete)] == ['"1"', '"2"']
    assert delete.body is None
    assert server.seen[-1].body == {
        "writes": [
            {
                "action": "update",
                "tag": "a",
                "fields": {},
                "revision": 4,
                "source": {
                    "project": "Ünï-projekt",
                    "file": "sessions/a b.yaml",
                    "commit": "c0ffee",
                    "plan": "sha256:1",
                },
            },
            {"action": "delete", "tag": "b", "revision": 5, "source": None},
        ]
    }
    assert [entry.source for entry in client.history()][:3] == [SOURCE] * 3


def test_a_write_without_a_source_says_nothing_of_one(client: HttpRegistry, server: FakeServer, make: Make) -> None:
    client.create(make())
    assert not [name for name in server.seen[0].headers if name.startswith("reconciler-")]
    client.create(make("b"), Source("shop"))
    assert [name for name in server.seen[1].headers if name.startswith("reconciler-")] == ["reconciler-project"]


def test_each_create_has_a_key_of_its_own(client: HttpRegistry, server: FakeServer, make: Make) -> None:
    for tag in "abc":
        client.create(make(tag))
    keys = {seen.headers["idempotency-key"] for seen in server.seen}
    assert len(keys) == 3
    assert all(0 < len(key) <= 200 for key in keys)


@pytest.mark.parametrize("value", ["half \ud800", float("nan"), float("inf"), {"\udfff": 1}])
def test_what_json_can_not_hold_is_rejected_before_it_is_sent(
    client: HttpRegistry, server: FakeServer, make: Make, value: Any
) -> None:
    schema = {"userId": "x", "bad": value}
    for call in (
        lambda: client.create(make(schema=schema)),
        lambda: client.update("user-session", {"schema": schema}, revision=1),
        lambda: client.commit([Update("a", {"schema": schema}, 1)]),
    ):
        with pytest.raises(RegistryRejected, match="can't be sent"):
            call()
    with pytest.raises(RegistryRejected, match="can't be sent"):
        client.create(make(), Source("shop", "sessions/\udcff.yaml"))
    assert server.seen == []


def test_the_record_of_another_tag_is_not_taken(client: HttpRegistry, server: FakeServer, make: Make) -> None:
    client.create(make("a"))
    client.create(make("b"))
    [a, _] = server.store().fetch().records
    wrong = {"tag": a.tag, "spec": None, "revision": 9, "managed_by": None, "applied": None}
    times = {"created_at": "2026-11-24T12:00:00Z", "updated_at": "2026-11-24T12:00:00Z", "updated_by": "x"}
    server.fail("PATCH", Fault(Reply(200, {**wrong, **times})))
    assert client.update("b", {"expiry": 8}, revision=2).tag == "b"


def test_sixteen_threads_on_one_client(client: HttpRegistry, make: Make) -> None:
    def attempts(thread: int) -> list[int]:
        done = []
        for step in range(4):
            for tag in ("a", "b"):
                live = {record.tag: record for record in client.fetch().records}
                with suppress(StaleRecord):
                    if tag in live:
                        change = {"description": f"{thread} {step}"}
                        done.append(client.update(tag, change, revision=live[tag].revision).revision)
                    else:
                        done.append(client.create(make(tag)).revision)
        return done

    with ThreadPoolExecutor(16) as threads:
        acknowledged = [revision for done in threads.map(attempts, range(16)) for revision in done]
    history = [entry.revision for entry in client.history()]
    assert sorted(acknowledged) == history == list(range(1, client.fetch().revision + 1))


def test_sixteen_threads_through_a_bad_line(client: HttpRegistry, server: FakeServer, make: Make) -> None:
    """Every third request is lost, before or after it was carried out; all of it happens once."""
    for method in ("POST", "PATCH", "DELETE"):
        for at in range(20):
            server.fail(method, Fault(), Fault(), Fault(cut=True, carried_out=at % 2 == 0))

    def life(number: int) -> None:
        tag = f"t{number}"
        record = client.create(make(tag), SOURCE)
        record = client.update(tag, {"expiry": 8}, revision=record.revision, source=SOURCE)
        client.delete(tag, revision=record.revision, source=SOURCE)

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(life, range(20)))
    history = list(server.store().history())
    assert [entry.revision for entry in history] == list(range(1, 61))
    for number in range(20):
        assert [entry.action for entry in history if entry.tag == f"t{number}"] == ["create", "update", "delete"]
