"""What is tried again, after how long, and when it ends. No test waits: the clock is a fake that sleeping moves."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from reconciler.port import RegistryDenied, RegistryRejected, RegistryUnavailable, Snapshot
from reconciler.project import Secret
from reconciler.registry.http import HttpRegistry, Manner, open_http_registry
from reconciler.registry.http.refusal import retry_after
from reconciler.registry.url import HttpEndpoint
from reconciler.session_type import SessionType
from tests.registry.http.conftest import Time
from tests.registry.http.fake import HTML, TOKEN, FakeServer, Fault, Reply, problem

Make = Callable[..., SessionType]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def limited(wait: str) -> Fault:
    reply = problem(429, "too-many-requests", "Slow down.")
    return Fault(Reply(429, reply.value, {**reply.headers, "Retry-After": wait}))


def test_waits_double_up_to_a_limit_and_have_full_jitter(client: HttpRegistry, server: FakeServer, time: Time) -> None:
    server.fail("GET", *[Fault(cut=True)] * 5)
    assert client.fetch() == Snapshot()
    assert time.slept == [0.25, 0.5, 1, 2, 4]
    patience = time.patience(random=lambda: 0.5)
    assert [patience.wait_after(number, None) for number in (1, 2, 6, 7, 90)] == [0.125, 0.25, 4, 5, 5]


def test_the_number_of_attempts_is_bounded(client: HttpRegistry, server: FakeServer) -> None:
    server.fail("GET", *[Fault(HTML)] * 99)
    with pytest.raises(RegistryUnavailable, match=r"not reached by the gateway .*502.*text/html .*Bad gateway"):
        client.fetch()
    assert len(server.seen) == 6


def test_the_time_is_bounded(client: HttpRegistry, server: FakeServer, time: Time) -> None:
    server.fail("GET", *[limited("25")] * 99)
    with pytest.raises(RegistryUnavailable, match="asks to come back in 25 s"):
        client.fetch()
    assert len(server.seen) == 3
    assert time.now <= 60


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_a_registry_that_asks_for_time_gets_it(
    client: HttpRegistry, server: FakeServer, make: Make, time: Time, method: str
) -> None:
    server.store().create(make())
    server.fail(method, limited("3"), limited("7"))
    calls: dict[str, Callable[[], object]] = {
        "GET": client.fetch,
        "POST": lambda: client.create(make("b")),
        "PATCH": lambda: client.update("user-session", {"expiry": 8}, revision=1),
        "DELETE": lambda: client.delete("user-session", revision=1),
    }
    calls[method]()
    assert time.slept == [3.25, 7.5]
    assert server.made() == [method] * 3  # it was not carried out: nothing has to be asked


def test_a_registry_that_asks_for_too_much_time_is_given_up_at_once(
    client: HttpRegistry, server: FakeServer, time: Time
) -> None:
    server.fail("GET", limited("86400"))
    with pytest.raises(RegistryUnavailable, match=r"more than it allows|gets more requests.*come back in 86400 s"):
        client.fetch()
    assert time.slept == []


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        (None, None),
        ("0", 0),
        (" 17 ", 17),
        ("9" * 400, 999_999_999),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0),
        ("Tue, 24 Nov 2026 12:00:05 -0000", 5),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("²", None),
        ("", None),
        ("Tue, 99 Nov 2026 12:00:05 GMT", None),
        ("Tue, 24 Nov 99999 12:00:05 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, wait: float | None) -> None:
    assert retry_after(header, NOW) == wait


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (problem(400, "invalid-request"), RegistryRejected),
        (problem(401, "token-expired"), RegistryDenied),
        (problem(403, "role-forbidden"), RegistryDenied),
        (problem(404, "not-found"), RegistryUnavailable),
        (problem(500, "internal-error"), RegistryUnavailable),
        (Reply(200, text="<html>"), RegistryUnavailable),
        (Reply(301, headers={"Location": "https://elsewhere"}), RegistryUnavailable),
    ],
)
def test_what_would_be_answered_alike_is_not_asked_again(
    client: HttpRegistry, server: FakeServer, reply: Reply, error: type[Exception]
) -> None:
    server.fail("GET", Fault(reply))
    with pytest.raises(error):
        client.fetch()
    assert server.made() == ["GET"]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def nobody_there(manner: Manner) -> Iterator[tuple[HttpRegistry, int]]:
    port = free_port()
    endpoint = HttpEndpoint(f"http://127.0.0.1:{port}", is_tls=False, is_loopback=True)
    with open_http_registry(endpoint, product="storefront", token=Secret(TOKEN), manner=manner) as opened:
        yield opened, port


def test_a_refused_connection_is_unavailable(manner: Callable[..., Manner], make: Make, time: Time) -> None:
    with nobody_there(manner()) as (client, port):
        for call in (client.fetch, lambda: client.create(make()), lambda: client.delete("a", revision=1)):
            with pytest.raises(
                RegistryUnavailable, match=f"127.0.0.1:{port} can't be reached: connection refused"
            ) as no:
                call()
            assert "It may have" not in no.value.hint
    assert len(time.slept) == 15


@pytest.mark.parametrize("call", ["create", "update", "delete"])
def test_a_server_that_comes_up_meanwhile_gets_every_write_once(
    manner: Callable[..., Manner], make: Make, time: Time, tmp_path: Path, call: str
) -> None:
    servers: list[FakeServer] = []
    with nobody_there(manner()) as (client, port):

        def start() -> None:
            if not servers:
                servers.append(FakeServer(tmp_path, port=port))
                servers[0].store().create(make())

        time.while_asleep = start
        try:
            match call:
                case "create":
                    client.create(make("b"))
                case "update":
                    client.update("user-session", {"expiry": 8}, revision=1)
                case _:
                    client.delete("user-session", revision=1)
            assert len(servers[0].seen) == 1
            assert [entry.action for entry in servers[0].store().history()] == ["create", call]
        finally:
            servers[0].close()


def test_no_such_host_is_unavailable(manner: Callable[..., Manner]) -> None:
    endpoint = HttpEndpoint("http://nowhere.invalid", is_tls=False, is_loopback=False)
    with (
        open_http_registry(endpoint, product="storefront", token=None, manner=manner()) as client,
        pytest.raises(RegistryUnavailable, match=r"nowhere\.invalid can't be reached: there is no such host"),
    ):
        client.fetch()
