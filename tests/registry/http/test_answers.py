"""What a registry's answers mean to the user, and what of them is shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.port import (
    IdempotencyConflict,
    InvalidSessionType,
    RegistryDenied,
    RegistryError,
    RegistryRejected,
    RegistryUnavailable,
    StaleRecord,
    TagExists,
)
from reconciler.registry.http import HttpRegistry, decode, fields
from reconciler.session_type import SessionType
from tests.registry.http.fake import TOKEN, FakeServer, Fault, Reply, problem

Make = Callable[..., SessionType]

TIME = "2026-11-24T12:00:00.000000Z"
SPEC = {
    "name": "User",
    "tag": "user",
    "description": "",
    "schema": {"id": "x"},
    "selector": "$Session{id}",
    "expiry": 7,
    "period": "days",
}
RECORD: dict[str, Any] = {
    "tag": "user",
    "spec": SPEC,
    "revision": 3,
    "managed_by": {"project": "shop", "file": None, "commit": None},
    "applied": SPEC,
    "created_at": TIME,
    "updated_at": TIME,
    "updated_by": "token:ci",
}
ENTRY: dict[str, Any] = {
    "revision": 3,
    "tag": "user",
    "action": "update",
    "at": TIME,
    "actor": "token:ci",
    "source": {"project": "shop", "file": None, "commit": None, "plan": None},
    "changes": {"expiry": {"before": 7, "after": 8}},
}
PLAN_AGAIN = "Plan again to see the registry as it is now."
VALID = (
    "`user` would not be valid: The expiry is a whole number from 1 on (at /expiry); Text is needed (at /schema/a~1b)"
)
POINTED = [
    {"pointer": "/expiry", "message": "The expiry is a whole number from 1 on.", "hint": "Did you mean 1?"},
    {"pointer": "/schema/a~1b", "message": "Text is needed."},
]


def refused(client: HttpRegistry, server: FakeServer, reply: Reply, method: str = "PATCH") -> RegistryError:
    server.fail(method, Fault(reply))
    calls: dict[str, Callable[[], object]] = {
        "GET": client.fetch,
        "PATCH": lambda: client.update("user", {"expiry": 8}, revision=1),
    }
    with pytest.raises(RegistryError) as error:
        calls[method]()
    return error.value


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (problem(401, "token-missing", "A token."), RegistryDenied, "did not accept the token: A token"),
        (problem(401, "token-unknown", "No such."), RegistryDenied, "did not accept the token: No such"),
        (problem(401, "token-expired", "It expired."), RegistryDenied, "token: It expired"),
        (problem(401, "token-revoked", "It was revoked."), RegistryDenied, "token: It was revoked"),
        (problem(403, "role-forbidden", "Needs write."), RegistryDenied, "does not permit this: Needs write"),
        (problem(403, "product-forbidden", "Other."), RegistryDenied, "does not permit this: Other"),
        (Reply(403, text="<h1>Blocked</h1>", headers={"Content-Type": "text/html"}), RegistryDenied, "Blocked"),
        (problem(409, "tag-exists", "`user` exists.", tag="user"), TagExists, "`user` exists"),
        (problem(409, "token-exists", "It exists."), RegistryRejected, "It exists"),
        (problem(412, "stale-record", f"`user` moved. {PLAN_AGAIN}"), StaleRecord, "`user` moved"),
        (Reply(412, text=""), StaleRecord, "`user` is not at the expected revision: the answer is empty"),
        (problem(404, "not-found", "None."), StaleRecord, "`user` does not exist any more"),
        (Reply(404, text="nginx"), RegistryUnavailable, "answered 404: application/json and begins with: nginx"),
        (problem(400, "invalid-request", "Bad."), RegistryRejected, "Bad"),
        (problem(405, "method-not-allowed", "No."), RegistryRejected, "No"),
        (problem(413, "payload-too-large", "Too large."), RegistryRejected, "Too large"),
        (Reply(413, text="big"), RegistryRejected, "begins with: big"),
        (problem(415, "unsupported-media-type", "JSON."), RegistryRejected, "JSON"),
        (problem(428, "precondition-required", "If-Match."), RegistryRejected, "If-Match"),
        (problem(418, "teapot", "Tea."), RegistryRejected, "Tea"),
        (Reply(418, text="tea"), RegistryUnavailable, "answered 418"),
        (problem(422, "idempotency-conflict", "Other body."), IdempotencyConflict, "Other body"),
        (problem(422, "invalid-session-type", "Short.", errors=POINTED), InvalidSessionType, VALID),
        (problem(422, "invalid-request", "Short.", errors=["x", {"pointer": ""}]), RegistryRejected, "No reason"),
        (problem(500, "internal-error", "It failed."), RegistryUnavailable, "answered 500: It failed"),
        (Reply(505, text=""), RegistryUnavailable, "answered 505: empty"),
        (Reply(308, headers={"Location": "https://new/\u00e9\u0085"}), RegistryUnavailable, "leads to https://new/é"),
    ],
)  # fmt: skip
def test_a_refusal(
    client: HttpRegistry, server: FakeServer, reply: Reply, kind: type[RegistryError], says: str
) -> None:
    error = refused(client, server, reply)
    assert type(error) is kind
    assert says in error.message
    assert not error.message.endswith(".")
    assert "\n" not in error.message
    assert error.message.isprintable()
    if isinstance(error, RegistryDenied):
        assert error.hint
    if isinstance(error, StaleRecord):
        assert "Plan again" in error.hint
        assert "Plan again" not in error.message
        assert error.tag == "user"


def test_hints_come_along(client: HttpRegistry, server: FakeServer) -> None:
    error = refused(client, server, problem(422, "invalid-session-type", "Short.", errors=[*POINTED, *POINTED]))
    assert error.hint == "Did you mean 1?"
    assert error.tag == "user"


def test_without_a_token_the_way_to_one_is_told(server: FakeServer, client: HttpRegistry) -> None:
    error = refused(client, server, problem(401, "token-missing", "A token is needed."), "GET")
    assert "RECONCILER_TOKEN" in error.hint


@pytest.mark.parametrize("status", [200, 500, 502])
def test_what_comes_back_instead_is_shown_in_part_and_safely(
    client: HttpRegistry, server: FakeServer, status: int
) -> None:
    page = f"<html>\r\n\x1b[2J\x07 sent: Bearer {TOKEN} {'x' * 5000}"
    server.fail("GET", *[Fault(Reply(status, text=page, headers={"Content-Type": "text/html; charset=x"}))] * 9)
    with pytest.raises(RegistryUnavailable) as error:
        client.fetch()
    message = error.value.message
    assert "text/html and begins with: <html> �[2J� sent: Bearer *** xxx" in message
    assert message.isprintable()
    assert TOKEN not in message
    assert len(message) < 500


def without(value: dict[str, Any], *path: str) -> bytes:
    copy = json.loads(json.dumps(value))
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return json.dumps(copy).encode()


def changed(value: dict[str, Any], name: str, to: Any) -> bytes:
    return json.dumps({**value, name: to}).encode()


@pytest.mark.parametrize("name", RECORD)
def test_a_field_of_a_record_that_lacks_is_named(name: str) -> None:
    with pytest.raises(fields.Malformed, match=f"`{name}` is missing in the record"):
        decode.record(without(RECORD, name))


@pytest.mark.parametrize("of", ["spec", "applied"])
@pytest.mark.parametrize("name", SPEC)
def test_a_field_of_a_spec_that_lacks_is_named(of: str, name: str) -> None:
    with pytest.raises(fields.Malformed, match=f"`{name}` is missing in the record.{of}"):
        decode.record(without(RECORD, of, name))


@pytest.mark.parametrize("name", ENTRY)
def test_a_field_of_an_entry_that_lacks_is_named(name: str) -> None:
    page = {"items": [ENTRY], "next_after": None}
    assert decode.history_page(json.dumps(page).encode()).entries[0].changes == {"expiry": (7, 8)}
    item = json.loads(without(ENTRY, name))
    with pytest.raises(fields.Malformed, match=rf"`{name}` is missing in items\[0\]"):
        decode.history_page(changed(page, "items", [item]))


@pytest.mark.parametrize("side", ["before", "after"])
def test_a_change_has_two_sides(side: str) -> None:
    item = json.loads(without(ENTRY, "changes", "expiry", side))
    with pytest.raises(fields.Malformed, match=rf"`{side}` is missing in items\[0\].changes.expiry"):
        decode.history_page(json.dumps({"items": [item], "next_after": None}).encode())


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("revision", True, "`revision` in the record is not a whole number"),
        ("revision", "3", "not a whole number"),
        ("revision", 3.5, "not a whole number"),
        ("tag", None, "`tag` in the record is not a string"),
        ("spec", [], "`spec` in the record is not an object or null"),
        ("spec", {**SPEC, "period": "fortnights"}, "`period` in the record.spec is none that this version knows"),
        ("spec", {**SPEC, "expiry": "7"}, "`expiry` in the record.spec is not a whole number"),
        ("managed_by", {"file": "x"}, "`project` is missing in the record.managed_by"),
        ("created_at", "yesterday", "`created_at` in the record is not a time"),
        ("updated_at", "2026-11-24T12:00:00", "a time without a zone"),
    ],
)
def test_a_value_of_another_type_is_named(name: str, value: Any, says: str) -> None:
    with pytest.raises(fields.Malformed) as wrong:
        decode.record(changed(RECORD, name, value))
    assert says in str(wrong.value)


@pytest.mark.parametrize("body", [b"", b"{", b"[1", b"NaN", b'{"a": Infinity}', b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(fields.Malformed, match="it is not JSON"):
        decode.record(body)
    assert fields.problem(body) is None


def test_more_than_is_known_is_ignored() -> None:
    record = decode.record(json.dumps({**RECORD, "x": 1, "spec": {**SPEC, "y": 2}}).encode())
    assert record.spec == record.applied
    offset = decode.record(changed(RECORD, "created_at", "2026-11-24T13:00:00+01:00"))
    assert offset.created_at == record.created_at


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"items": {}}', b'{"items": [1], "revision": 1, "next": null}'])
def test_a_page_of_another_shape_is_unavailable(client: HttpRegistry, server: FakeServer, body: bytes) -> None:
    server.fail("GET", Fault(Reply(200, text=body.decode())), Fault(Reply(200, text=body.decode())))
    with pytest.raises(RegistryUnavailable, match=r"can't be understood: .*; it is application/json and begins with"):
        client.fetch()
    with pytest.raises(RegistryUnavailable, match="can't be understood"):
        list(client.history())
