"""What a review tried on the server, and must not come back."""

from __future__ import annotations

import shutil
import socket
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from reconciler.access import Role
from reconciler.cli.main import run
from reconciler.registry import open_reader, open_registry
from reconciler.server import bodies
from tests.builders import session_type
from tests.server.running import Process, Running, running, spec, tokens

MANIFEST = """\
name: User
tag: user
schema: {{userId: user_123}}
selector: $Session{{userId}}
expiry: {expiry}
period: days
"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Running]:
    with running("sqlite:///registry.db", tmp_path) as server:
        yield server


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


def _want(folder: Path, expiry: int) -> None:
    (folder / "user.yaml").write_text(MANIFEST.format(expiry=expiry), encoding="utf-8")


def test_a_restored_database_is_not_taken_for_the_one_that_it_was(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The revisions after the backup are used a second time: neither a cached list nor a saved plan may be fooled."""
    database, backup = tmp_path / "registry.db", tmp_path / "backup.db"

    def reconciler(*arguments: str) -> int:
        with running("sqlite:///registry.db", tmp_path) as server:
            return run([*arguments, "--registry", server.url])

    with tokens("sqlite:///registry.db", tmp_path) as store:
        monkeypatch.setenv("RECONCILER_TOKEN", store.create("ci", Role.WRITE)[1])
    _want(project, 7)
    assert reconciler("apply", "user.yaml", "--auto-approve") == 0
    shutil.copy(database, backup)
    _want(project, 8)
    assert reconciler("apply", "user.yaml", "--auto-approve") == 0
    _want(project, 9)
    with running("sqlite:///registry.db", tmp_path) as server:
        url = server.url
        assert run(["plan", "user.yaml", "--out", "plan.json", "--registry", url]) == 0
    shutil.copy(backup, database)
    with open_registry("sqlite:///registry.db", product="default", root=tmp_path, actor="alice") as registry:
        registry.update("user", {"expiry": 500}, revision=1)
    capsys.readouterr()
    port = urlsplit(url).port
    with Process(tmp_path, "--database", "sqlite:///registry.db", "--port", str(port)) as again:
        again.url()
        assert run(["plan", "user.yaml", "--registry", url]) == 0
        assert "500 -> 9" in capsys.readouterr().out
        assert run(["apply", "--plan", "plan.json", "--auto-approve", "--registry", url]) == 5
        assert "a backup was restored" in capsys.readouterr().err
    with open_reader("sqlite:///registry.db", product="default", root=tmp_path) as reader:
        (record,) = reader.fetch().records
        assert record.spec
        assert record.spec.expiry == 500


def test_the_head_of_a_request_is_bounded(tmp_path: Path) -> None:
    with Process(tmp_path, "--database", "sqlite:///registry.db") as process:
        address = urlsplit(process.url())
        with socket.create_connection((address.hostname or "", address.port or 0), timeout=30) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ")
            sent = 0
            with suppress(OSError):  # the server hangs up
                while sent < 64 * 2**20:
                    sent += connection.send(b"a" * 65_536)
            assert sent < 16 * 2**20


def test_a_token_that_is_revoked_while_the_body_trickles_in_does_not_write(
    served: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "RECHECK_SECONDS", 0)
    secret = served.token(name="doomed")

    def trickle() -> Iterator[bytes]:
        yield b'{"name": '
        with tokens(served.database, served.root) as store:
            (doomed,) = [token for token in store.list() if token.name == "doomed"]
            store.revoke(doomed.id)
        yield b'"x"}'

    with served.client(secret) as client:
        answer = client.post(
            "/v1/products/p/session-types", content=trickle(), headers={"Content-Type": "application/json"}
        )
    assert (answer.status_code, answer.json()["code"]) == (401, "token-revoked")


def test_a_body_that_does_not_end_is_given_up(served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.2)
    address = urlsplit(served.url)
    head = (
        f"POST /v1/products/p/session-types HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.token()}\r\n"
        "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    )
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=30) as connection:
        connection.sendall(head.encode())
        answer = connection.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"request-timeout"' in answer


def test_a_tag_named_changesets_has_the_limit_of_any_other(served: Running) -> None:
    with served.client(served.token()) as client:
        path = "/v1/products/p/session-types"
        assert client.post(path, json=spec("changesets")).status_code == 201
        big = {"description": "x" * (2 * 2**20)}
        for tag in ("changesets", "plain"):
            assert client.patch(f"{path}/{tag}", json=big, headers={"If-Match": "*"}).status_code == 413


def test_a_sample_that_no_session_could_hold_is_refused_everywhere_alike(served: Running) -> None:
    schema = {"userId": "u", "big": "x" * 70_000}
    with served.client(served.token()) as client:
        answer = client.post("/v1/products/p/session-types", json=spec(schema=schema))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "schema-too-big"
    with pytest.raises(AssertionError, match="SCHEMA_TOO_BIG"):
        session_type(schema=schema)


def test_a_changeset_is_answered_with_its_own_revision(served: Running) -> None:
    with served.client(served.token()) as client:
        writes = [{"action": "create", "spec": spec(tag), "source": None} for tag in ("a", "b")]
        answer = client.post("/v1/products/p/changesets", json={"writes": writes})
    assert answer.json() == {"revision": 2}


def test_a_new_database_is_its_owners(tmp_path: Path) -> None:
    with open_registry("sqlite:///registry.db", product="p", root=tmp_path, actor="ada") as registry:
        registry.create(session_type())
        modes = {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {0o600}
