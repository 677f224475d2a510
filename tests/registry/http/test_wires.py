"""Connections: kept from call to call, one for each call at the same time, and closed once they are no longer used."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from reconciler.registry.http import HttpRegistry
from tests.registry.http.fake import FakeServer
from tests.server.running import until

AT_ONCE = 8


def test_calls_one_after_the_other_share_a_connection(client: HttpRegistry, server: FakeServer) -> None:
    for _ in range(5):
        client.fetch()
    assert (server.connections, server.connections_open) == (1, 1)


def test_calls_at_the_same_time_have_a_connection_each_and_keep_it(client: HttpRegistry, server: FakeServer) -> None:
    together = Barrier(AT_ONCE)

    def fetch(_: int) -> None:
        together.wait()
        client.fetch()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(fetch, range(5 * AT_ONCE)))
    assert 1 <= server.connections <= AT_ONCE
    assert len(server.made("GET")) == 5 * AT_ONCE


def test_what_was_needed_for_a_moment_is_not_kept(
    client: HttpRegistry, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = Barrier(AT_ONCE)
    server.on_next("GET", *[together.wait] * AT_ONCE)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(lambda _: client.fetch(), range(AT_ONCE)))
    assert server.connections_open == AT_ONCE
    later = time.monotonic() + 10
    monkeypatch.setattr("reconciler.registry.http.wires.monotonic", lambda: later)
    client.fetch()
    until(lambda: server.connections_open == 1)


def test_nothing_is_open_after_the_end(client: HttpRegistry, server: FakeServer) -> None:
    client.fetch()
    client.close()
    until(lambda: server.connections_open == 0)
    with pytest.raises(RuntimeError, match="closed"):
        client.fetch()
    assert server.connections == 1


def test_a_call_in_flight_is_finished_and_its_connection_closed(client: HttpRegistry, server: FakeServer) -> None:
    server.on_next("GET", client.close)
    assert not client.fetch().records
    until(lambda: server.connections_open == 0)
