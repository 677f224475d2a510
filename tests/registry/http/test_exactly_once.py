"""A write whose answer is lost is carried out once, and its caller is told the truth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.port import (
    Create,
    Delete,
    ManagedBy,
    RegistryUnavailable,
    Source,
    StaleRecord,
    TagExists,
    Update,
)
from reconciler.registry.http import HttpRegistry
from reconciler.session_type import SessionType
from tests.registry.http.conftest import Time
from tests.registry.http.fake import HTML, FakeServer, Fault, Reply, problem

Make = Callable[..., SessionType]
SOURCE = Source("shop", "sessions/ü ser.yaml", "c0ffee", "sha256:1")
OTHER = Source("shop", "sessions/user.yaml", "beef")

UNAVAILABLE = problem(503, "database-unavailable", "The database is away.")
LOST = {
    "cut": Fault(cut=True),
    "cut-in-body": Fault(cut=True, cut_in_body=True),
    "hang": Fault(hang=True),
    "bad-gateway": Fault(HTML),
    "gateway-timeout": Fault(Reply(504, text="")),
    "unavailable": Fault(UNAVAILABLE),
    "html-for-json": Fault(Reply(200, text="<html>log in</html>")),
    "wrong-shape": Fault(Reply(201, {"tag": 1})),
}
# A hang and its kind never do the write; the others are tried both ways.
FAULTS = [
    pytest.param(
        Fault(each.answer, done, each.cut, each.cut_in_body, each.hang), id=f"{name}-{'done' if done else 'not'}"
    )
    for name, each in LOST.items()
    for done in (True, False)
    if not (each.hang and done) and not (each.cut_in_body and not done)
]


def actions(server: FakeServer) -> list[tuple[str, str]]:
    entries = list(server.store().history())
    assert [entry.revision for entry in entries] == list(range(1, len(entries) + 1))
    return [(entry.tag, entry.action) for entry in entries]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_create(client: HttpRegistry, server: FakeServer, make: Make, fault: Fault) -> None:
    server.fail("POST", fault)
    created = client.create(make(), SOURCE)

    assert created.managed_by == ManagedBy("shop", "sessions/ü ser.yaml", "c0ffee")
    assert server.store().fetch().records == (created,)
    assert actions(server) == [("user-session", "create")]
    keys = {seen.headers["idempotency-key"] for seen in server.seen if seen.method == "POST"}
    assert (len(keys), server.made("POST")) == (1, ["POST", "POST"])


@pytest.mark.parametrize("source", [SOURCE, None])
@pytest.mark.parametrize("fault", FAULTS)
def test_an_update(client: HttpRegistry, server: FakeServer, make: Make, fault: Fault, source: Source | None) -> None:
    server.store().create(make(), OTHER)
    server.fail("PATCH", fault)
    updated = client.update("user-session", {"expiry": 8, "period": "hour"}, revision=1, source=source)

    assert updated.spec is not None
    assert (updated.revision, updated.spec.expiry) == (2, 8)
    assert server.store().fetch().records == (updated,)
    assert actions(server) == [("user-session", "create"), ("user-session", "update")]
    assert server.made("PATCH") == ["PATCH"] * (1 if fault.carried_out else 2)


@pytest.mark.parametrize("fault", FAULTS)
def test_an_adoption(client: HttpRegistry, server: FakeServer, make: Make, fault: Fault) -> None:
    server.store().create(make())
    server.fail("PATCH", fault)

    assert client.update("user-session", {}, revision=1, source=SOURCE).applied == make()
    assert actions(server) == [("user-session", "create"), ("user-session", "adopt")]


@pytest.mark.parametrize("source", [SOURCE, None])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_delete(client: HttpRegistry, server: FakeServer, make: Make, fault: Fault, source: Source | None) -> None:
    server.store().create(make(), OTHER)
    server.fail("DELETE", fault)
    client.delete("user-session", revision=1, source=source)

    assert actions(server) == [("user-session", "create"), ("user-session", "delete")]
    assert server.made("DELETE") == ["DELETE"] * (1 if fault.carried_out else 2)


def writes(make: Make, source: Source | None) -> list[Any]:
    return [
        Create(make("new"), source),
        Update("a", {"expiry": 8}, 1, source),
        Update("b", {}, 2, source),
        Delete("c", 3, source),
    ]


@pytest.mark.parametrize("source", [SOURCE, None])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_changeset(client: HttpRegistry, server: FakeServer, make: Make, fault: Fault, source: Source | None) -> None:
    for tag in ("a", "b", "c"):
        server.store().create(make(tag))
    server.fail("POST", fault)
    client.commit(writes(make, source))

    adopted = [("b", "adopt")] if source else []
    assert actions(server)[3:] == [("new", "create"), ("a", "update"), *adopted, ("c", "delete")]
    assert server.made("POST") == ["POST"] * (1 if fault.carried_out else 2)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_changeset_of_creates(client: HttpRegistry, server: FakeServer, make: Make, fault: Fault) -> None:
    # The same was made before, from the same commit, and deleted: that is not this changeset.
    old = server.store().create(make("a"), SOURCE)
    server.store().delete("a", revision=old.revision, source=SOURCE)
    server.fail("POST", fault)
    client.commit([Create(make("a"), SOURCE), Create(make("b"), SOURCE)])

    assert actions(server)[2:] == [("a", "create"), ("b", "create")]


@pytest.mark.parametrize("done", [True, False])
def test_an_answer_lost_more_than_once(client: HttpRegistry, server: FakeServer, make: Make, done: bool) -> None:
    server.store().create(make())
    server.fail("PATCH", Fault(cut=True), Fault(cut=True), Fault(cut=True, carried_out=done))
    server.fail("GET", Fault(HTML), Fault(cut=True))
    client.update("user-session", {"expiry": 8}, revision=1, source=SOURCE)

    assert actions(server)[1:] == [("user-session", "update")]


def test_what_somebody_else_wrote_instead_is_a_lost_race(client: HttpRegistry, server: FakeServer, make: Make) -> None:
    server.store().create(make())
    store = server.store(actor="eve")
    for write in (
        lambda revision: client.update("user-session", {"expiry": 8}, revision=revision, source=SOURCE),
        lambda revision: client.delete("user-session", revision=revision, source=SOURCE),
        lambda revision: client.commit([Update("user-session", {"expiry": 8}, revision, SOURCE)]),
    ):
        revision = store.fetch().revision
        before = store.update("user-session", {"expiry": 100 + revision}, revision=revision)
        for method in ("PATCH", "DELETE", "POST"):
            server.faults[method] = [Fault(cut=True)]
        with pytest.raises(StaleRecord) as lost:
            write(revision)
        assert lost.value.tag == "user-session"
        assert store.fetch().records == (before,)


def test_what_somebody_else_did_alike_is_a_lost_race(client: HttpRegistry, server: FakeServer, make: Make) -> None:
    server.store().create(make())
    server.store(actor="eve").update("user-session", {"expiry": 8}, revision=1)
    server.fail("PATCH", Fault(cut=True))

    with pytest.raises(StaleRecord, match="at revision 2 by now, last written by eve"):
        client.update("user-session", {"expiry": 8}, revision=1, source=SOURCE)


def test_what_was_done_and_then_overwritten_was_done(
    client: HttpRegistry, server: FakeServer, make: Make, time: Time
) -> None:
    server.store().create(make(), OTHER)
    server.fail("PATCH", Fault(cut=True, carried_out=True))

    def overwrite() -> None:
        server.store(actor="eve").update("user-session", {"expiry": 9}, revision=2)

    time.while_asleep = overwrite

    record = client.update("user-session", {"expiry": 8}, revision=1, source=SOURCE)
    assert (record.revision, record.spec, record.applied) == (2, make(expiry=8), make(expiry=8))
    assert record.managed_by == ManagedBy(SOURCE.project, SOURCE.file, SOURCE.commit)
    with pytest.raises(StaleRecord):  # with eve's revision this would overwrite what eve wrote, unseen
        client.update("user-session", {"expiry": 10}, revision=record.revision, source=SOURCE)


def test_a_write_that_lands_late_is_known_again(client: HttpRegistry, server: FakeServer, make: Make) -> None:
    """The first attempt is carried out only after it was asked about: the second one is refused for it."""
    server.store().create(make())

    def late() -> None:
        server.store().update("user-session", {"expiry": 8}, revision=1, source=SOURCE)

    server.fail("PATCH", Fault(cut=True))
    server.on_next("PATCH", late, skip=1)
    assert client.update("user-session", {"expiry": 8}, revision=1, source=SOURCE).revision == 2
    assert server.made("PATCH") == ["PATCH", "PATCH"]
    assert actions(server)[1:] == [("user-session", "update")]


def test_a_tag_that_exists_is_told_after_a_lost_answer_too(
    client: HttpRegistry, server: FakeServer, make: Make
) -> None:
    server.store(actor="eve").create(make(name="Another"))
    server.fail("POST", Fault(cut=True))
    with pytest.raises(TagExists, match="exists already, at revision 1, last written by eve"):
        client.create(make(), SOURCE)


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_after_the_last_attempt_the_doubt_is_told(
    client: HttpRegistry, server: FakeServer, make: Make, method: str
) -> None:
    server.store().create(make())
    server.fail(method, *[Fault(cut=True)] * 50)
    call: dict[str, Callable[[], object]] = {
        "POST": lambda: client.create(make("b")),
        "PATCH": lambda: client.update("user-session", {"expiry": 8}, revision=1),
        "DELETE": lambda: client.delete("user-session", revision=1),
    }
    with pytest.raises(RegistryUnavailable, match="broke off") as lost:
        call[method]()
    assert "It may have been carried out" in lost.value.hint
    assert len(server.made(method)) == 6


def test_a_changeset_that_is_refused_leaves_nothing(client: HttpRegistry, server: FakeServer, make: Make) -> None:
    server.store().create(make("a"))
    with pytest.raises(StaleRecord, match="`a` is at revision 1, not 7") as stale:
        client.commit([Create(make("b"), SOURCE), Update("a", {"expiry": 8}, 7, SOURCE)])
    assert stale.value.tag == "a"
    with pytest.raises(TagExists) as exists:
        client.commit([Create(make("b"), SOURCE), Create(make("a"), SOURCE)])
    assert exists.value.tag == "a"
    assert actions(server) == [("a", "create")]


def test_an_empty_changeset_asks_nothing(client: HttpRegistry, server: FakeServer) -> None:
    client.commit([])
    assert server.seen == []
