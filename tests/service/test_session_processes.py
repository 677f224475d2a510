"""Sessions on several server processes before one database, and answers that get lost on the way."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.access import Role
from reconciler.project import Secret
from reconciler.registry.connect import utc_now
from reconciler.registry.http.sessions import HttpRuntime, open_http_runtime
from reconciler.registry.store import Store, open_database
from reconciler.registry.url import HttpEndpoint, parse_registry_url
from reconciler.runtime import RefreshRefused
from reconciler.session_type import Period, SessionType
from tests.postgres import PostgresServer
from tests.server.running import Process, tokens
from tests.service.proxy import proxy_to
from tests.service.victim import Victim

DATA = {"id": "ada"}
TYPE = SessionType("User", "user", "", {"id": "x"}, "$Session{id}", 1, Period.DAYS)


@dataclass(frozen=True)
class Place:
    """A database with a session type in it, and a token for all of it."""

    folder: Path
    database: str
    token: str

    def runtime(self, url: str) -> HttpRuntime:
        endpoint = parse_registry_url(url, self.folder)
        assert isinstance(endpoint, HttpEndpoint)
        return open_http_runtime(endpoint, product="p", env="prd", token=Secret(self.token))


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    database = "sqlite:///registry.db"
    if request.param == "postgresql":
        postgres: PostgresServer = request.getfixturevalue("postgres")
        database = postgres.new_database()
    with Store(open_database(database, tmp_path), product="p", actor="test", clock=utc_now) as store:
        store.create(TYPE)
    with tokens(database, tmp_path) as made:
        return Place(tmp_path, database, made.create("all", Role.ADMIN)[1])


@pytest.fixture
def two(place: Place) -> Iterator[tuple[HttpRuntime, HttpRuntime]]:
    """Run two processes before the database."""
    with ExitStack() as stack:
        processes = [stack.enter_context(Process(place.folder, "--database", place.database)) for _ in range(2)]
        here, there = (stack.enter_context(place.runtime(process.url())) for process in processes)
        yield here, there


def test_what_one_process_does_the_other_knows_within_a_second(two: tuple[HttpRuntime, HttpRuntime]) -> None:
    here, there = two
    revoked, of_user, reused, retired = (here.sessions.start("user", DATA | {"id": each}) for each in "abcd")
    pairs = (revoked, of_user, reused, retired)
    assert all(there.sessions.verify("user", pair.token).valid for pair in pairs)

    here.sessions.revoke("user", revoked.session_id)
    there.sessions.verify("user", revoked.token)
    here.sessions.revoke_all("user", "b")
    refreshed = here.sessions.refresh("user", reused.refresh_token)
    with pytest.raises(RefreshRefused) as refusal:
        here.sessions.refresh("user", reused.refresh_token)
    time.sleep(1)

    assert refusal.value.reused
    for pair in (revoked, of_user, reused, refreshed):
        assert there.sessions.verify("user", pair.token).reason == "revoked"
    assert there.sessions.verify("user", retired.token).valid


def test_keys_that_one_process_rotates_and_retires_count_in_the_other(two: tuple[HttpRuntime, HttpRuntime]) -> None:
    here, there = two
    old = here.sessions.start("user", DATA)
    [first] = there.keys.list()
    second = here.keys.rotate()
    assert there.sessions.verify("user", old.token).valid
    time.sleep(max(0.0, (second.active_from - utc_now()).total_seconds()) + 0.1)
    new = there.sessions.start("user", DATA)
    assert here.sessions.verify("user", new.token).valid
    assert there.keys.retire(first.key_id).sessions == 1
    time.sleep(1)
    assert here.sessions.verify("user", old.token).reason == "invalid"
    assert here.sessions.verify("user", new.token).valid


def test_a_start_whose_answer_dies_with_the_server_makes_one_session(place: Place) -> None:
    with Victim(place.folder, place.database) as victim, proxy_to(victim.url) as traffic:
        traffic.meanwhile = victim.die_and_rise
        with place.runtime(traffic.url) as runtime:
            traffic.lose.add("POST")
            pair = runtime.sessions.start("user", DATA)
            active = runtime.sessions.active("user")
            verdict = runtime.sessions.verify("user", pair.token)
    assert victim.deaths == 1
    assert [status for method, path, status in traffic.seen if path.endswith("/start")] == [201, 201]
    assert [session.session_id for session in active.sessions] == [pair.session_id]
    assert verdict.valid


def test_a_refresh_whose_answer_is_lost_gives_the_pair_again_and_revokes_nothing(place: Place) -> None:
    with Process(place.folder, "--database", place.database) as process, proxy_to(process.url()) as traffic:
        with place.runtime(traffic.url) as runtime:
            first = runtime.sessions.start("user", DATA)
            traffic.lose.add("POST")
            second = runtime.sessions.refresh("user", first.refresh_token)
            third = runtime.sessions.refresh("user", second.refresh_token)
            verdict = runtime.sessions.verify("user", third.token)
        refreshes = [status for _, path, status in traffic.seen if path.endswith("/refresh")]
    assert refreshes == [200, 200, 200]
    assert verdict.valid
