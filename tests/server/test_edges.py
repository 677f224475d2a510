"""What a client alone can't bring about, or not at will."""

from __future__ import annotations

import logging
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from reconciler.access import Role, TokenRefused
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
from reconciler.server.conditional import at_matching_revision
from reconciler.server.conditions import Condition
from reconciler.server.errors import refusal_of
from reconciler.server.metrics import MULTIPROCESS_FOLDER, Metrics
from tests.builders import record, session_type
from tests.server.running import Running, until

STATUSES: dict[type[RegistryError], int] = {
    RegistryUnavailable: 503,
    RegistryRejected: 422,
    InvalidSessionType: 422,
    IdempotencyConflict: 422,
    StaleRecord: 412,
    TagExists: 409,
    # These can't leave the store where they were made: a request is authorised before.
    RegistryDenied: 500,
    RegistryError: 500,
}


@pytest.mark.parametrize(("kind", "status"), STATUSES.items())
def test_every_error_of_a_registry_is_a_problem(kind: type[RegistryError], status: int) -> None:
    body = refusal_of(kind("It is so", hint="Do this.", tag="user")).body
    assert body.code.status == status
    assert body.detail
    if status in {409, 412, 422} and kind is not IdempotencyConflict:
        assert "It is so. Do this." in body.detail
    if status == 503:
        assert "It is so" not in body.detail


def test_no_error_of_a_registry_is_forgotten() -> None:
    def family(kind: type[RegistryError]) -> set[type[RegistryError]]:
        return {kind}.union(*(family(each) for each in kind.__subclasses__()))

    of_port = {kind for kind in family(RegistryError) if kind.__module__.startswith("reconciler.port.")}
    assert of_port == set(STATUSES)
    assert TokenRefused not in of_port


class Moving:
    """A record that somebody else writes before each of the first `times` writes."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.seen: list[int] = []

    def record(self, _: str) -> Any:
        return record(session_type(), revision=len(self.seen))

    def write(self, revision: int) -> str:
        self.seen.append(revision)
        if len(self.seen) <= self.times:
            raise StaleRecord("moved")
        return "done"


@pytest.mark.parametrize("times", [0, 1, 4])
def test_any_revision_is_the_one_that_is_there_in_the_end(times: int) -> None:
    moving: Any = Moving(times)
    assert at_matching_revision(Condition(any=True), moving, "user", moving.write) == "done"
    assert moving.seen == list(range(times + 1))


def test_but_not_for_ever() -> None:
    moving: Any = Moving(100)
    with pytest.raises(StaleRecord):
        at_matching_revision(Condition(any=True), moving, "user", moving.write)


def test_a_client_that_goes_away_is_no_failure(server: Running, caplog: pytest.LogCaptureFixture) -> None:
    host, _, port = server.url.removeprefix("http://").partition(":")
    with caplog.at_level(logging.INFO, "reconciler"):
        with socket.create_connection((host, int(port))) as connection:
            head = "POST /v1/tokens HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n"
            connection.sendall(f"{head}Authorization: Bearer {server.token(Role.ADMIN)}\r\n\r\n{{".encode())
        until(lambda: any(getattr(line, "status", None) == 499 for line in caplog.records))
    assert not [line for line in caplog.records if line.levelno >= logging.ERROR]


def test_workers_that_died_count_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MULTIPROCESS_FOLDER, str(tmp_path))
    dead, alive = tmp_path / "gauge_livesum_4194305.db", tmp_path / f"gauge_livesum_{os.getpid()}.db"
    for file in (dead, alive):
        file.write_bytes(bytes(1024))
    Metrics().exposition()
    assert (dead.exists(), alive.exists()) == (False, True)
