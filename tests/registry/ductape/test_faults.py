"""What goes wrong on the way: each fault has a message with the method and the tag, and no write happens twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reconciler.port import RegistryDenied, RegistryError, RegistryRejected, RegistryUnavailable, StaleRecord
from reconciler.registry.ductape import DuctapeSessions
from tests.builders import session_type
from tests.registry.ductape.conftest import Time
from tests.registry.ductape.fake import HTML, KEY, TOKEN, FakePlatform, Fault

SPEC = session_type()
LATER = session_type(expiry=9)
CALLS: dict[str, Callable[[DuctapeSessions], Any]] = {
    "list": lambda sessions: sessions.list(),
    "fetch": lambda sessions: sessions.find("user"),
    "create": lambda sessions: sessions.create(SPEC),
    "update": lambda sessions: sessions.update({"expiry": 9}, before=SPEC, after=LATER),
    "delete": lambda sessions: sessions.delete(SPEC),
}
PAGE = {"Content-Type": "text/html"}
each_call = pytest.mark.parametrize("method", CALLS)


def refused(status: int = 200, **body: Any) -> Fault:
    return Fault(status, json.dumps({"status": False, **body}))


def failure(sessions: DuctapeSessions, platform: FakePlatform, method: str, *faults: Fault) -> RegistryError:
    """Return what a call ends in; all that it does before has gone well."""
    if method != "create":
        platform.put(**SPEC.to_json())
    platform.faults[method] = list(faults)
    with pytest.raises(RegistryError) as failed:
        CALLS[method](sessions)
    error = failed.value
    about = "" if method == "list" else " of `user`"
    assert error.message.startswith(f"sessions.{method}{about}: "), error.message
    assert "\n" not in error.message
    assert error.tag == (None if method == "list" else "user")
    for secret in (TOKEN, KEY):
        assert secret not in error.message + error.hint
    return error


@each_call
@pytest.mark.parametrize(
    "case",
    [
        (Fault(404, HTML, PAGE), RegistryUnavailable, "answered 404: text/html and begins with: <html>"),
        (Fault(500, HTML, PAGE), RegistryUnavailable, "answered 500: text/html and begins with: <html>"),
        (Fault(413, HTML, PAGE), RegistryRejected, "takes no request this large (413"),
        (Fault(302, "", {"Location": "https://login.example.com"}), RegistryUnavailable, "leads to https://login"),
        (refused(message="selector is bad"), RegistryRejected, "refused: selector is bad"),
        (refused(400, message="selector is bad"), RegistryRejected, "refused: selector is bad"),
        (refused(code=401, message="user not authorized"), RegistryDenied, "refused: user not authorized"),
        (refused(401, message="jwt expired"), RegistryDenied, "refused: jwt expired"),
        (refused(403, message="method not allowed"), RegistryDenied, "refused: method not allowed"),
        (refused(500, message="ECONNRESET"), RegistryUnavailable, "answered 500: ECONNRESET"),
    ],
)
def test_a_refusal_is_told_once(
    sessions: DuctapeSessions, platform: FakePlatform, method: str, case: tuple[Fault, type[RegistryError], str]
) -> None:
    fault, kind, says = case
    error = failure(sessions, platform, method, fault)
    assert type(error) is kind
    assert says in error.message
    assert platform.made().count(method) == 1


@each_call
@pytest.mark.parametrize(
    "fault",
    [
        Fault(502, HTML, PAGE),
        Fault(429, "slow down", {"Retry-After": "2"}),
        Fault(200, HTML, PAGE),
        Fault(200, '{"status": tr'),
        Fault(200, '{"status": true, "data"', half=True),
        Fault(cut=True),
    ],
    ids=["gateway", "too-many", "page", "no-json", "half", "cut"],
)
def test_what_may_pass_is_tried_again_and_then_told(
    sessions: DuctapeSessions, platform: FakePlatform, time: Time, method: str, fault: Fault
) -> None:
    error = failure(sessions, platform, method, *[fault] * 6)
    assert type(error) is RegistryUnavailable
    assert platform.made().count(method) == 6
    assert len(time.slept) == 5
    platform.faults[method] = [fault]
    CALLS[method](sessions)


def test_it_waits_as_long_as_the_platform_asks(sessions: DuctapeSessions, platform: FakePlatform, time: Time) -> None:
    platform.faults["list"] = [Fault(429, "slow down", {"Retry-After": "7"})]
    assert sessions.list() == ()
    [slept] = time.slept
    assert slept >= 7


@pytest.mark.parametrize("method", ["create", "update", "delete"])
@pytest.mark.parametrize("fault", [Fault(cut=True), Fault(200, '{"sta', half=True), Fault(504, HTML, PAGE)])
def test_a_write_whose_answer_is_lost_happens_once(
    sessions: DuctapeSessions, platform: FakePlatform, method: str, fault: Fault
) -> None:
    if method != "create":
        platform.put(**SPEC.to_json())
    platform.faults[method] = [replace(fault, carried_out=True)]
    CALLS[method](sessions)
    assert platform.made() == [method, "fetch"]
    assert {"create": 7, "update": 9, "delete": None}[method] == platform.stored().get("user", {}).get("expiry")


@pytest.mark.parametrize("method", ["create", "update", "delete"])
def test_a_write_that_was_lost_is_sent_again_unless_somebody_else_wrote(
    sessions: DuctapeSessions, platform: FakePlatform, method: str
) -> None:
    if method != "create":
        platform.put(**SPEC.to_json())
    platform.faults[method] = [Fault(cut=True)]
    platform.before["fetch"] = [lambda: platform.put(**{**SPEC.to_json(), "expiry": 30})]
    with pytest.raises(StaleRecord, match="`user` was written by somebody else in the meantime"):
        CALLS[method](sessions)
    assert platform.stored()["user"]["expiry"] == 30


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"upstream_error": "told by upstream", "message": "x"}, "told by upstream"),
        ({"upstream_error": {"errors": [{"message": "a"}, "b"], "message": "x"}}, "a; b"),
        ({"upstream_error": {"message": {"message": "deep"}}, "error": "x"}, "deep"),
        ({"upstream_error": {"error": "last"}}, "last"),
        ({"data": {"upstream_error": "within data"}}, "within data"),
        ({"error": {"message": "an error"}, "message": "x"}, "an error"),
        ({"upstream_error": "Request failed with status code 422", "message": "the true one"}, "the true one"),
        ({"errors": "old backend"}, "old backend"),
        ({"message": "\x1b[31mred\nline"}, "\ufffd[31mred line"),
    ],
)
def test_the_part_of_a_refusal_that_says_the_most_is_told(
    sessions: DuctapeSessions, platform: FakePlatform, body: dict[str, Any], says: str
) -> None:
    assert failure(sessions, platform, "list", refused(400, **body)).message.endswith(f" refused: {says}")


def test_a_refusal_without_a_word_shows_what_came(sessions: DuctapeSessions, platform: FakePlatform) -> None:
    error = failure(sessions, platform, "list", refused(400, message="Request failed with status code 400"))
    assert "answered 400: application/json and begins with: {" in error.message


@pytest.mark.parametrize("data", [{"data": "text"}, {"data": {"tag": "a"}}, {"data": [1, 2]}, "text"])
def test_a_list_that_is_none_is_told(sessions: DuctapeSessions, platform: FakePlatform, data: Any) -> None:
    platform.faults["list"] = [Fault(200, json.dumps({"status": True, "data": data}))]
    with pytest.raises(RegistryUnavailable, match=r"^sessions\.list: .* something else than a list of records"):
        sessions.list()


def test_another_record_than_was_asked_for_is_told(sessions: DuctapeSessions, platform: FakePlatform) -> None:
    platform.faults["fetch"] = [Fault(200, json.dumps({"status": True, "data": {"data": {"tag": "other"}}}))]
    with pytest.raises(RegistryUnavailable, match="answered with another record"):
        sessions.find("user")


def test_a_product_that_is_not_there_is_told(sessions: DuctapeSessions, platform: FakePlatform) -> None:
    error = failure(sessions, platform, "list", refused(404, message="Product not found"))
    assert "--product" in error.hint


def test_nobody_at_the_address_is_told(sessions: DuctapeSessions, platform: FakePlatform) -> None:
    platform.close()
    with pytest.raises(RegistryUnavailable, match=r"^sessions\.list: The registry .* can't be reached"):
        sessions.list()
