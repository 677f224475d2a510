"""`reconciler serve` as people start it."""

from __future__ import annotations

import http.client
import os
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from reconciler.access import Role
from reconciler.registry.store.sessions.master_key import VARIABLE
from tests.postgres import PostgresServer
from tests.server.running import PATIENCE_SECONDS, Process, spec, tokens, until

SECRET = re.compile(r"rct_\w{16}_[\w-]{43}")
SPEC = b'{"name": "U", "tag": "user", "schema": {"a": 1}, "selector": "$Session{a}", "expiry": 1, "period": "days"}'


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "reconciler", *arguments],
        cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS,
    )  # fmt: skip


def test_the_first_start_prints_a_token_once(tmp_path: Path) -> None:
    with Process(tmp_path) as first:
        url = first.url()
        [secret] = SECRET.findall(first.stderr)
        answer = httpx.get(f"{url}/v1/tokens", headers={"Authorization": f"Bearer {secret}"})
        assert [token["name"] for token in answer.json()["items"]] == ["bootstrap"]
    assert first.popen.returncode == 0
    with Process(tmp_path) as second:
        second.url()
    assert not SECRET.search(second.stderr)
    assert (tmp_path / ".reconciler" / "registry.db").exists()


def test_it_says_which_database_it_serves_and_which_it_does_not(tmp_path: Path) -> None:
    (tmp_path / "reconciler.yaml").write_text("targets: {local: {registry: 'sqlite:///data/live.db'}}\n")
    with Process(tmp_path) as process:
        process.url()
    [listening] = [line for line in process.lines() if line["message"] == "listening"]
    assert listening["database"] == ".reconciler/registry.db"
    note = "this serves sqlite:///.reconciler/registry.db, while reconciler.yaml applies to sqlite:///data/live.db"
    assert note in process.stderr
    with Process(tmp_path, "--database", "sqlite:///data/live.db") as process:
        process.url()
    assert "this serves" not in process.stderr


def test_no_token_comes_after_the_first_even_if_all_are_revoked(tmp_path: Path) -> None:
    with tokens("sqlite:///.reconciler/registry.db", tmp_path) as store:
        store.revoke(store.create("gone", Role.ADMIN)[0].id)
    with Process(tmp_path) as process:
        process.url()
    assert not SECRET.search(process.stderr)


def test_strangers_are_not_let_near_a_server_without_a_token(tmp_path: Path) -> None:
    for host in ("0.0.0.0", "::"):  # noqa: S104 - that is refused
        refused = run(tmp_path, "serve", "--host", host, "--port", "0")
        assert refused.returncode == 1
        assert host in refused.stderr
        assert "reconciler token create" in refused.stderr
    made = run(tmp_path, "token", "create", "admin", "--role", "admin")
    assert SECRET.fullmatch(made.stdout.strip())
    with Process(tmp_path, "--host", "0.0.0.0") as process:  # noqa: S104 - a token is in place
        until(lambda: any(line["message"] == "listening" for line in process.lines()))
    assert process.popen.returncode == 0


def test_requests_in_flight_are_finished(tmp_path: Path) -> None:
    with Process(tmp_path) as process:
        url = process.url()
        [secret] = SECRET.findall(process.stderr)
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=PATIENCE_SECONDS)
        connection.putrequest("POST", "/v1/products/a/session-types")
        for header, value in {
            "Authorization": f"Bearer {secret}", "Content-Type": "application/json", "Content-Length": str(len(SPEC)),
        }.items():  # fmt: skip
            connection.putheader(header, value)
        connection.endheaders(SPEC[:10])
        until(lambda: _open_requests(url) == 2)  # this one, and the one that asks
        process.popen.send_signal(signal.SIGTERM)
        until(lambda: "Shutting down" in process.stderr)
        connection.send(SPEC[10:])
        answer = connection.getresponse()
        assert answer.status == 201
        answer.read()
        connection.close()
        assert process.popen.wait(PATIENCE_SECONDS) == 0
    assert any(line.get("status") == 201 for line in process.lines())
    assert secret not in "".join(map(str, process.lines()))


def _open_requests(url: str) -> float:
    [line] = [
        x for x in httpx.get(f"{url}/metrics").text.splitlines() if x.startswith("reconciler_http_requests_open ")
    ]
    return float(line.split()[1])


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_workers_share_nothing_but_the_database(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    database = "sqlite:///shared.db"
    if kind == "postgresql":
        postgres: PostgresServer = request.getfixturevalue("postgres")
        database = postgres.new_database()
    with Process(tmp_path, "--workers", "2", RECONCILER_DATABASE=database) as process:
        url = process.url()
        until(lambda: sum(line["message"] == "Application startup complete." for line in process.lines()) == 2)
        [secret] = SECRET.findall(process.stderr)
        address = f"{url}/v1/products/a/session-types"
        headers = {"Authorization": f"Bearer {secret}"}
        for number in range(30):  # each over a connection of its own, which either worker may take
            assert httpx.post(address, json=spec(f"t{number}"), headers=headers).status_code == 201
            assert httpx.get(address, headers=headers).json()["revision"] == number + 1
        text = httpx.get(f"{url}/metrics").text
        route = 'route="/v1/products/{product}/session-types"'
        assert f'reconciler_http_requests_total{{method="POST",{route},status="201"}} 30.0' in text
        killed = _worker(process)
        os.kill(killed, signal.SIGKILL)
        until(lambda: sum(line["message"] == "Application startup complete." for line in process.lines()) == 3)
        assert httpx.get(address, headers=headers).json()["revision"] == 30
    assert process.popen.returncode == 0


def _worker(process: Process) -> int:
    started = [line["message"] for line in process.lines() if line["message"].startswith("Started server process")]
    return int(started[0].partition("[")[2].rstrip("]"))


SESSION_TABLES = (
    "sessions", "session_keys", "session_users", "session_refreshes", "session_starts", "session_counters",
    "session_events", "session_events_head",
)  # fmt: skip


def test_an_old_database_is_migrated_only_when_told(tmp_path: Path) -> None:
    with tokens("sqlite:///.reconciler/registry.db", tmp_path):
        pass
    with sqlite3.connect(tmp_path / ".reconciler" / "registry.db") as connection:
        connection.execute("DROP TABLE tokens")
        connection.execute("DROP TABLE idempotency_keys")
        for table in SESSION_TABLES:
            connection.execute(f"DROP TABLE {table}")
        connection.execute("UPDATE reconciler_version SET version_num = '0001'")
    connection.close()

    refused = run(tmp_path, "serve", "--port", "0")
    assert (refused.returncode, "--migrate" in refused.stderr) == (7, True)
    with Process(tmp_path, "--migrate") as process:
        process.url()
        assert SECRET.search(process.stderr)


def test_a_port_that_is_taken_is_an_error_of_the_command(tmp_path: Path) -> None:
    with Process(tmp_path) as process:
        port = process.url().rpartition(":")[2]
        refused = run(tmp_path, "serve", "--port", port)
    assert refused.returncode == 1
    assert f"Can't listen on 127.0.0.1, port {port}" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["--database", "mysql://x/y"], 64, "scheme `mysql`"),
        (["--database", "nonsense"], 64, "not given as a URL"),
        (["--database", "postgresql://u:hush@127.0.0.1:1/x"], 7, "127.0.0.1:1"),
        (["--host", "no.such.host.invalid"], 1, "no address"),
        (["--workers", "0"], 64, "--workers"),
    ],
)
def test_what_can_not_be_served(tmp_path: Path, arguments: list[str], code: int, text: str) -> None:
    refused = run(tmp_path, "serve", "--port", "0", *arguments)
    assert refused.returncode == code, refused.stderr
    assert text in refused.stderr
    assert "hush" not in refused.stderr
    assert "Traceback" not in refused.stderr


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    hidden = "import sys; sys.modules['fastapi'] = None; from reconciler.cli.main import main; main()"
    refused = subprocess.run(
        [sys.executable, "-c", hidden, "serve"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert "pip install '.[server]'" in refused.stderr


def test_a_master_key_that_can_not_be_is_said_before_anything_is_served(tmp_path: Path) -> None:
    (tmp_path / "own.key").write_text("hush-hush", encoding="utf-8")
    (tmp_path / "own.key").chmod(0o600)
    refused = run(tmp_path, "serve", "--port", "0", "--master-key-file", "own.key")
    assert (refused.returncode, "The master key in own.key is malformed" in refused.stderr) == (7, True)
    assert "hush" not in refused.stderr
    assert "listening" not in refused.stderr


def test_a_server_that_can_not_unlock_the_session_keys_serves_the_rest_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "reconciler.yaml").write_text("product: p\n", encoding="utf-8")
    assert run(tmp_path, "token", "create", "admin", "--role", "admin").returncode == 0
    file = tmp_path / ".reconciler" / "registry.db.key"
    assert run(tmp_path, "keys", "rotate").returncode == 0
    file.rename(tmp_path / "away.key")
    for given, says in (({}, f"The master key file {file} is missing"), ({VARIABLE: "A" * 43 + "="}, f"in {VARIABLE}")):
        with Process(tmp_path, **given) as process, httpx.Client(base_url=process.url()) as client:
            [line] = [line for line in process.lines() if line["level"] == "error"]
            assert (line["message"], says in line["error"], VARIABLE in line["hint"]) == (
                "sessions can't run here", True, True,
            )  # fmt: skip
            answer = client.get("/readyz")
            assert (answer.status_code, answer.json()["code"]) == (503, "keys-unavailable")
            assert str(file) not in answer.text
            assert client.get("/v1/products/p/session-types").status_code == 401
        assert not file.exists()
    (tmp_path / "away.key").rename(file)
    with Process(tmp_path) as process:
        assert httpx.get(f"{process.url()}/readyz").json() == {"status": "ready"}
        assert not any(line["level"] == "error" for line in process.lines())


def test_a_server_that_ran_sessions_ends_well(tmp_path: Path) -> None:
    with Process(tmp_path) as process:
        url, [secret] = process.url(), SECRET.findall(process.stderr)
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        with httpx.Client(base_url=f"{url}/v1/products/p/", headers=headers) as client:
            assert client.post("session-types", content=SPEC).status_code == 201
            token = client.post("envs/prd/sessions/user/start", json={"data": {"a": 1}}).json()["token"]
            assert client.post("envs/prd/sessions/user/verify", json={"token": token}).json()["valid"]
        process.popen.terminate()
        assert process.popen.wait(PATIENCE_SECONDS) == 0
    assert (tmp_path / ".reconciler" / "registry.db.key").stat().st_mode & 0o077 == 0
    assert "Traceback" not in process.stderr
    assert token.split(".")[-2] not in process.stderr
