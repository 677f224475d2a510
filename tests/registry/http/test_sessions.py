"""Sessions behind HTTP: what answers mean, what is tried again, and that no message repeats what they hold."""

from __future__ import annotations

import json
import threading
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from reconciler.port import IdempotencyConflict, RegistryDenied, RegistryError, RegistryUnavailable
from reconciler.project import Secret
from reconciler.registry.http import Manner, Settings
from reconciler.registry.http.sessions import HttpRuntime, open_http_runtime
from reconciler.registry.url import HttpEndpoint
from reconciler.runtime import (
    InvalidSessionData,
    RefreshRefused,
    UnknownKey,
    UnknownSession,
    UnknownSessionType,
    UnknownUser,
)
from tests.registry.http.conftest import Time
from tests.registry.http.fake import TOKEN

PAIR = {
    "token": "user:eyJhbGciOiJkaXIifQ..c2VjcmV0",
    "refreshToken": "rcr_0011223344556677_hushhushhush",
    "sessionId": "s",
    "expiresAt": "2026-11-24T12:00:00.000000Z",
    "refreshExpiresAt": "2026-12-24T12:00:00.000000Z",
}
Answers = list[tuple[int, str, bytes]]


@pytest.fixture
def answers() -> Answers:
    """Return what the server answers, in this order; the last again and again."""
    return []


@pytest.fixture
def seen() -> list[tuple[str, dict[str, str]]]:
    return []


@pytest.fixture
def runtime(answers: Answers, seen: list[tuple[str, dict[str, str]]], time: Time) -> Iterator[HttpRuntime]:
    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            seen.append((self.path, dict(self.headers)))
            status, kind, content = answers.pop(0) if len(answers) > 1 else answers[0]
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = answer  # noqa: N815 - the library's names

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    endpoint = HttpEndpoint(f"http://127.0.0.1:{server.server_address[1]}", is_tls=False, is_loopback=True)
    manner = Manner(Settings.of({}), time.patience())
    with open_http_runtime(endpoint, product="p", env="prd", token=Secret(TOKEN), manner=manner) as opened:
        yield opened
    server.shutdown()
    server.server_close()
    thread.join()


def problem(status: int, code: str, **more: Any) -> tuple[int, str, bytes]:
    said = {"type": "x", "title": "T", "status": status, "code": code, "detail": "It is so.", **more}
    return status, "application/problem+json", json.dumps(said).encode()


def good(status: int, value: Any) -> tuple[int, str, bytes]:
    return status, "application/json", json.dumps(value).encode()


@pytest.mark.parametrize(
    "refusal",
    [
        (404, "session-type-not-found", UnknownSessionType),
        (404, "session-not-found", UnknownSession),
        (404, "user-not-found", UnknownUser),
        (404, "key-not-found", UnknownKey),
        (422, "invalid-session-data", InvalidSessionData),
        (422, "idempotency-conflict", IdempotencyConflict),
        (409, "refresh-token-expired", RefreshRefused),
        (503, "keys-unavailable", RegistryUnavailable),
        (403, "role-forbidden", RegistryDenied),
        (401, "token-revoked", RegistryDenied),
    ],
)
@pytest.mark.parametrize(
    "call",
    [
        lambda runtime: runtime.sessions.start("user", {}),
        lambda runtime: runtime.sessions.verify("user", "x"),
        lambda runtime: runtime.sessions.refresh("user", "x"),
        lambda runtime: runtime.sessions.revoke("user", "x"),
        lambda runtime: runtime.sessions.user("user", "x"),
        lambda runtime: runtime.keys.retire("x"),
    ],
)
def test_each_code_is_the_error_that_the_runtime_raises(
    runtime: HttpRuntime,
    answers: Answers,
    seen: list[Any],
    refusal: tuple[int, str, type[RegistryError]],
    call: Callable[[HttpRuntime], Any],
) -> None:
    status, code, kind = refusal
    answers.append(problem(status, code, errors=[{"in": "body", "pointer": "/data/a", "message": "No."}]))
    with pytest.raises(kind):
        call(runtime)
    assert len(seen) == 1, "none of them is worth another try"


@pytest.mark.parametrize(
    ("code", "reason", "reused"),
    [
        ("invalid", "invalid", False),
        ("expired", "expired", False),
        ("revoked", "revoked", False),
        ("reused", "revoked", True),
    ],
)
def test_a_refused_refresh_says_why(
    runtime: HttpRuntime, answers: Answers, code: str, reason: str, reused: bool
) -> None:
    answers.append(problem(409, f"refresh-token-{code}"))
    with pytest.raises(RefreshRefused) as refused:
        runtime.sessions.refresh("user", "x")
    assert (refused.value.reason, refused.value.reused) == (reason, reused)


def test_all_that_is_wrong_with_the_data_comes_along(runtime: HttpRuntime, answers: Answers) -> None:
    errors = [{"in": "body", "pointer": f"/data/{each}", "message": "No."} for each in "ab"]
    answers.append(problem(422, "invalid-session-data", errors=errors, tag="user"))
    with pytest.raises(InvalidSessionData) as refused:
        runtime.sessions.start("user", {})
    assert [each.pointer for each in refused.value.problems] == ["/data/a", "/data/b"]


@pytest.mark.parametrize(
    "answer",
    [
        good(200, PAIR),
        good(201, {**PAIR, "expiresAt": "soon"}),
        good(201, {**PAIR, "sessionId": 5}),
        good(201, {"token": PAIR["token"]}),
        (201, "text/html", json.dumps(PAIR).encode()[:-1]),
        (500, "text/plain", json.dumps(PAIR).encode()),
    ],
)
def test_no_message_repeats_what_an_answer_holds(
    runtime: HttpRuntime, answers: Answers, answer: tuple[int, str, bytes]
) -> None:
    answers.append(answer)
    with pytest.raises(RegistryUnavailable) as failed:
        runtime.sessions.start("user", {"id": "ada"})
    told = "".join(traceback.format_exception(failed.value)) + failed.value.hint
    assert "eyJ" not in told
    assert "hush" not in told


def test_a_start_is_tried_again_under_its_key(
    runtime: HttpRuntime, answers: Answers, seen: list[tuple[str, dict[str, str]]]
) -> None:
    answers += [(502, "text/plain", b""), good(201, PAIR)]
    assert runtime.sessions.start("user", {}).session_id == "s"
    assert len({headers["Idempotency-Key"] for _, headers in seen}) == 1
    assert len(seen) == 2


def test_a_refresh_is_not_tried_again_when_that_would_revoke_the_session(
    runtime: HttpRuntime, answers: Answers, time: Time
) -> None:
    answers.append((502, "text/plain", b""))
    with pytest.raises(RegistryUnavailable):
        runtime.sessions.refresh("user", "x")
    assert sum(time.slept) <= 7


@pytest.mark.parametrize(("identifier", "segment"), [("a/b c", "a%2Fb%20c"), ("..", "%2E%2E"), ("é.", "%C3%A9.")])
def test_any_identifier_can_stand_in_an_address(
    runtime: HttpRuntime, answers: Answers, seen: list[tuple[str, dict[str, str]]], identifier: str, segment: str
) -> None:
    answers.append(problem(404, "user-not-found"))
    with pytest.raises(UnknownUser):
        runtime.sessions.user("user", identifier)
    assert seen[0][0] == f"/v1/products/p/envs/prd/sessions/user/users/{segment}?limit=100"
