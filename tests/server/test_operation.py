"""What operators see: health, readiness, metrics, request ids, logs, and failures that nobody foresaw."""

from __future__ import annotations

import gc
import json
import logging
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from reconciler.access import Role
from reconciler.port import RegistryUnavailable
from reconciler.registry.store import StoreReader
from reconciler.registry.store.engine.postgresql import WRITERS
from reconciler.server import Settings, create_app, process
from reconciler.server.logs import JsonFormatter, log_config
from tests.builders import secret_part
from tests.postgres import PostgresServer
from tests.server.running import Running, running, serving, spec, until


class Lines(logging.Handler):
    """Keeps the log as it would be written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(JsonFormatter())
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))

    def of(self, request_id: str) -> dict[str, Any]:
        until(lambda: any(line.get("request_id") == request_id for line in self.lines))
        return next(line for line in self.lines if line.get("request_id") == request_id)


@pytest.fixture
def log() -> Iterator[Lines]:
    lines, logger = Lines(), logging.getLogger("reconciler")
    logger.addHandler(lines)
    logger.setLevel(logging.DEBUG)
    yield lines
    logger.removeHandler(lines)
    logger.setLevel(logging.NOTSET)


def _collecting(settings: Settings, counts: multiprocessing.SimpleQueue[int]) -> None:
    config = process._config(settings, process.Listening("127.0.0.1", 0, workers=2))  # noqa: SLF001
    config.load()
    counts.put(gc.get_threshold()[0])


def test_each_process_that_serves_collects_as_a_server(tmp_path: Path) -> None:
    """A worker is a new process: what its supervisor set is not set there."""
    spawn = multiprocessing.get_context("spawn")
    counts = spawn.SimpleQueue()
    worker = spawn.Process(target=_collecting, args=(Settings("sqlite:///registry.db", tmp_path), counts))
    worker.start()
    worker.join()
    assert worker.exitcode == 0
    assert counts.get() == process._OBJECTS_PER_COLLECTION  # noqa: SLF001


def test_it_is_alive_and_ready(server: Running) -> None:
    with server.client() as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/readyz").json() == {"status": "ready"}


def test_a_queue_for_one_product_stops_neither_probes_nor_readers(postgres: PostgresServer, tmp_path: Path) -> None:
    # More than there are threads, and more than there are connections.
    writers = 45
    url = postgres.new_database()
    with running(url, tmp_path) as server, server.client(server.token()) as client, ExitStack() as stack:
        assert client.post("/v1/products/busy/session-types", json=spec("first")).status_code == 201
        other = stack.enter_context(psycopg.connect(url))
        other.execute("SELECT * FROM products WHERE product = 'busy' FOR UPDATE")
        threads = stack.enter_context(ThreadPoolExecutor(writers))
        path = "/v1/products/busy/session-types"
        sent = [threads.submit(client.post, path, json=spec(f"t{number}")) for number in range(writers)]
        until(lambda: f"reconciler_http_requests_open {writers + 1}.0" in client.get("/metrics").text)
        watching = stack.enter_context(psycopg.connect(url, autocommit=True))
        until(lambda: waiting(watching) == WRITERS)

        assert client.get("/readyz").status_code == 200
        assert StoreReader(server.app.state.services.database, product="calm").fetch().records == ()
        other.rollback()
        assert {each.result().status_code for each in sent} == {201}


def waiting(connection: psycopg.Connection[Any]) -> int:
    query = """
        SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
    """
    return int(connection.execute(query).fetchall()[0][0])


def test_a_database_that_is_away_at_the_start_and_comes(tmp_path: Path) -> None:
    app = create_app(Settings("sqlite:///late.db", tmp_path))
    with serving(app) as url, httpx.Client(base_url=url) as client:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["code"]) == (503, "database-unavailable")
        assert answer.headers["retry-after"].isdecimal()
        assert client.get("/healthz").status_code == 200
        with running("sqlite:///late.db", tmp_path):
            assert client.get("/readyz").status_code == 200


def test_postgresql_goes_away_and_comes_back(postgres: PostgresServer, tmp_path: Path) -> None:
    database = postgres.new_database()
    name = database.split("?")[0].rpartition("/")[2]
    with running(database, tmp_path) as started, started.client(started.token(Role.READ)) as client:
        list_all = "/v1/products/storefront/session-types"
        assert client.get(list_all).status_code == 200
        postgres.run(
            f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",  # noqa: S608 - ours
        )
        for path in ("/readyz", list_all):
            answer = client.get(path)
            assert (answer.status_code, answer.json()["code"]) == (503, "database-unavailable")
            assert name not in answer.text
            assert answer.headers["retry-after"].isdecimal()
        assert client.get("/healthz").status_code == 200
        postgres.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert client.get("/readyz").status_code == 200
        assert client.get(list_all).status_code == 200


def test_the_log_says_why_the_database_is_away_and_the_answer_does_not(
    server: Running, log: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: StoreReader) -> int:
        raise RegistryUnavailable("The registry secret-host/db can't be reached")

    monkeypatch.setattr(StoreReader, "product_revision", fail)
    with server.client() as client:
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "secret-host" not in answer.text
    assert "secret-host" in log.of(answer.headers["x-request-id"])["error"]


def test_a_failure_that_nobody_foresaw_tells_nothing(
    server: Running, log: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: StoreReader) -> int:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(StoreReader, "product_revision", fail)
    with server.client() as client:
        answer = client.get("/readyz")
        assert client.get("/healthz").status_code == 200
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text
    assert "ZeroDivisionError" in log.of(answer.json()["request_id"])["traceback"]


class TestRequestIds:
    def test_each_request_has_one(self, server: Running) -> None:
        with server.client() as client:
            first, second = (client.get("/healthz").headers["x-request-id"] for _ in range(2))
        assert first != second

    @pytest.mark.parametrize("given", ["abc-123", "a" * 128, "1.2:3_4"])
    def test_a_sane_one_is_taken_over(self, server: Running, log: Lines, given: str) -> None:
        with server.client() as client:
            answer = client.get("/v1/tokens", headers={"X-Request-Id": given})
        assert answer.headers["x-request-id"] == answer.json()["request_id"] == given
        assert log.of(given)["status"] == 401

    @pytest.mark.parametrize("given", ["", "a b", "a" * 129, '"', "{}", "-x"])
    def test_another_is_not(self, server: Running, given: str) -> None:
        with server.client() as client:
            assert client.get("/healthz", headers={"X-Request-Id": given}).headers["x-request-id"] != given


class TestLogs:
    def test_a_request_is_a_line(self, server: Running, log: Lines, product: str) -> None:
        path = f"/v1/products/{product}/session-types"
        with server.client(server.token(Role.WRITE, name=f"of {product}")) as client:
            answer = client.post(path, json=spec())
        line = log.of(answer.headers["x-request-id"])
        assert (line["method"], line["path"], line["status"]) == ("POST", path, 201)
        assert (line["token"], line["level"], line["bytes"]) == (f"of {product}", "info", len(answer.content))

    def test_no_token_is_in_it_wherever_it_stood(self, server: Running, log: Lines) -> None:
        secret = server.token(Role.ADMIN)
        with server.client(secret) as client:
            client.get("/v1/tokens", params={"token": secret})
            client.get(f"/v1/products/{secret}/session-types")
            client.get(f"/{secret}", headers={"X-Request-Id": secret, "User-Agent": secret})
            made = client.post("/v1/tokens", json={"name": secret, "role": "read"}).json()
            client.get("/v1/tokens", headers={"Authorization": f"Bearer {made['secret']}"})
            client.get("/healthz")
        until(lambda: len(log.lines) >= 6)
        written = json.dumps(log.lines)
        assert written.count("rct_") == written.count("rct_[cut]")
        for each in (secret, made["secret"]):
            assert each not in written
            assert secret_part(each) not in written

    def test_probes_are_quiet_while_all_is_well(self, server: Running, log: Lines) -> None:
        with server.client() as client:
            answer = client.get("/healthz")
        assert log.of(answer.headers["x-request-id"])["level"] == "debug"

    def test_a_line_is_json_whatever_is_in_it(self) -> None:
        record = logging.makeLogRecord({"msg": "a\nb %s", "args": ("\ud800",), "odd": object()})
        assert json.loads(JsonFormatter().format(record))["message"] == "a\nb \ud800"

    def test_the_libraries_log_as_we_do(self) -> None:
        assert set(log_config()["loggers"]) == {"reconciler", "uvicorn"}


def test_metrics_count_by_route_and_status(server: Running) -> None:
    def count(text: str, method: str, route: str, status: int) -> float:
        name = f'reconciler_http_requests_total{{method="{method}",route="{route}",status="{status}"}} '
        return next((float(line.removeprefix(name)) for line in text.splitlines() if line.startswith(name)), 0)

    with server.client() as client:
        before = client.get("/metrics").text
        client.get("/v1/products/one/session-types")
        client.get("/v1/products/two/session-types")
        client.get("/wp-login.php")
        client.request("PROPFIND", "/v1/tokens")
        answer = client.get("/metrics")
    after = answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    route = "/v1/products/{product}/session-types"
    assert count(after, "GET", route, 401) == count(before, "GET", route, 401) + 2
    assert count(after, "GET", "unmatched", 404) == count(before, "GET", "unmatched", 404) + 1
    assert "wp-login" not in after
    assert "PROPFIND" not in after
    assert 'reconciler_http_request_seconds_count{method="GET",route="/metrics"}' in after
    assert "reconciler_http_requests_open 1.0" in after
    assert 'reconciler_build_info{version="' in after


def test_every_answer_forbids_guessing_its_type(server: Running) -> None:
    with server.client() as client:
        for path in ("/healthz", "/nowhere", "/v1/tokens", "/openapi.json"):
            assert client.get(path).headers["x-content-type-options"] == "nosniff"
            assert "server" not in client.get(path).headers


def test_no_page_loads_anything_from_elsewhere(server: Running) -> None:
    with server.client() as client:
        assert [client.get(path).status_code for path in ("/docs", "/redoc", "/docs/oauth2-redirect")] == [404] * 3
