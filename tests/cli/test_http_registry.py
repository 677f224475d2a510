"""The commands against a registry server, as a user runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconciler.cli.main import run
from reconciler.port import Source
from tests.builders import session_type
from tests.registry.http.fake import HTML, TOKEN, FakeServer, Fault, problem

MANIFEST = """\
name: User
tag: {tag}
schema: {{userId: user_123}}
selector: $Session{{userId}}
expiry: {expiry}
period: days
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeServer]:
    served = FakeServer(tmp_path / "served")
    yield served
    served.close()


@pytest.fixture
def here(tmp_path: Path, server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("RECONCILER_TOKEN", TOKEN)
    project = f"product: storefront\nmanifests: [sessions/]\ntargets:\n  eu-1: {{registry: '{server.url}'}}\n"
    (folder / "reconciler.yaml").write_text(project + "default_target: eu-1\n")
    write(folder, *"abc")
    return folder


def write(folder: Path, *tags: str, expiry: int = 7) -> None:
    (folder / "sessions").mkdir(exist_ok=True)
    for tag in tags:
        (folder / "sessions" / f"{tag}.yaml").write_text(MANIFEST.format(tag=tag, expiry=expiry))


Output = Callable[[], str]


@pytest.fixture
def out(capsys: pytest.CaptureFixture[str]) -> Output:
    return lambda: "".join(capsys.readouterr())


@pytest.mark.usefixtures("here")
def test_plan_apply_drift_and_history(server: FakeServer, out: Output) -> None:
    assert run(["plan", "--detailed-exitcode"]) == 2
    assert "Plan: 3 to create, 0 to update, 0 to delete." in out()
    assert run(["apply", "--auto-approve"]) == 0
    assert "Apply complete! Session types: 3 created" in out()
    assert run(["plan", "--detailed-exitcode"]) == 0
    assert run(["drift"]) == 0
    out()
    server.store(actor="eve").update("a", {"expiry": 99}, revision=revision_of(server, "a"))
    assert run(["drift"]) == 2
    assert "eve" in out()
    assert run(["history", "a"]) == 0
    shown = out()
    assert "eve" in shown
    assert "token:ci" in shown
    assert TOKEN not in shown


@pytest.mark.usefixtures("here")
def test_the_registry_is_asked_while_the_manifests_are_read(server: FakeServer, tmp_path: Path, out: Output) -> None:
    pipe = tmp_path / "late.yaml"
    os.mkfifo(pipe)

    def write_once_asked() -> None:
        answer_by = time.monotonic() + 20
        while not server.seen and time.monotonic() < answer_by:
            time.sleep(0.01)
        pipe.write_text(MANIFEST.format(tag="late", expiry=7) if server.seen else "asked: too late\n")

    writer = threading.Thread(target=write_once_asked)
    writer.start()
    assert run(["plan", str(pipe)]) == 0
    writer.join()
    assert "1 to create" in out()


@pytest.mark.usefixtures("here")
def test_a_mistake_in_the_manifests_does_not_wait_for_the_registry(server: FakeServer, here: Path, out: Output) -> None:
    server.fail("GET", *[Fault(hang=True)] * 3)
    (here / "sessions" / "a.yaml").write_text("name: 1\n")
    for command in ("plan", "drift", "apply"):
        assert run([command]) == 3
        assert "`name` must be a string" in out()


def revision_of(server: FakeServer, tag: str) -> int:
    [found] = [record.revision for record in server.store().fetch().records if record.tag == tag]
    return found


def test_requests_are_as_few_as_can_be(server: FakeServer, here: Path) -> None:
    run(["apply", "--auto-approve"])
    server.seen.clear()
    assert run(["plan"]) == 0
    assert run(["plan"]) == 0
    assert [(seen.method, "if-none-match" in seen.headers) for seen in server.seen] == [("GET", True)] * 2
    write(here, *"abc", expiry=14)
    server.seen.clear()
    assert run(["apply", "--auto-approve"]) == 0
    assert server.made("POST", "PATCH", "DELETE") == ["PATCH"] * 3


def test_a_saved_plan_is_carried_out_and_goes_stale(server: FakeServer, here: Path, out: Output) -> None:
    assert run(["plan", "--out", "plan.json"]) == 0
    assert TOKEN not in (here / "plan.json").read_text()
    assert run(["apply", "--plan", "plan.json", "--auto-approve"]) == 0
    assert {entry.source.plan for entry in server.store().history() if entry.source} != {None}
    assert run(["apply", "--plan", "plan.json", "--auto-approve"]) == 5
    out()


@pytest.mark.usefixtures("here")
def test_a_lost_race_is_exit_5(server: FakeServer, out: Output) -> None:
    server.fail("POST", *[Fault(problem(409, "tag-exists", "`a` exists already."))] * 3)
    assert run(["apply", "--auto-approve"]) == 5
    assert "exists already" in out()


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("code", ["token-missing", "token-unknown", "token-expired", "token-revoked"])
def test_a_refused_token_is_exit_7(server: FakeServer, out: Output, code: str) -> None:
    for arguments in (["plan"], ["apply", "--auto-approve"], ["drift"], ["history"]):
        server.fail("GET", Fault(problem(401, code, "No.")))
        assert run(arguments) == 7
        shown = out()
        assert "did not accept the token" in shown
        assert TOKEN not in shown


@pytest.mark.usefixtures("here")
def test_no_token_is_exit_7_and_says_what_to_set(out: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RECONCILER_TOKEN")
    assert run(["plan"]) == 7
    assert "RECONCILER_TOKEN" in out()
    monkeypatch.setenv("RECONCILER_TOKEN_EU_1", TOKEN)
    assert run(["plan"]) == 0


@pytest.mark.usefixtures("here")
def test_a_targets_token_does_not_go_to_another_registry(
    server: FakeServer, out: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILER_TOKEN_EU_1", TOKEN)
    monkeypatch.setenv("RECONCILER_TOKEN", "rct_common")
    server.authorized = {TOKEN: None, "rct_common": None}
    for arguments, token in [
        (["plan"], TOKEN),
        (["plan", "--registry", server.url], "rct_common"),
        (["plan", "--registry", server.url, "--target", "eu-1"], TOKEN),
    ]:
        assert run(arguments) == 0
        assert server.seen[-1].headers["authorization"] == f"Bearer {token}"
    out()


@pytest.mark.usefixtures("here")
def test_no_registry_there_is_exit_7_also_as_json(server: FakeServer, capsys: pytest.CaptureFixture[str]) -> None:
    server.fail("GET", Fault(problem(500, "internal-error", "It failed.")))
    assert run(["plan", "--format", "json", "-v"]) == 7
    captured = capsys.readouterr()
    assert json.loads(captured.out)["errored"] is True
    assert "Traceback" in captured.err
    assert TOKEN not in captured.out + captured.err


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("url", ["http://ada:s3cret@host", "http://registry.example.com", "http://"])
def test_a_url_that_is_not_opened_is_wrong_usage(out: Output, url: str) -> None:
    assert run(["plan", "--registry", url]) == 64
    assert "s3cret" not in out()


def test_atomic_is_all(server: FakeServer, here: Path, out: Output) -> None:
    run(["apply", "--auto-approve"])
    write(here, "a", "d", expiry=14)
    (here / "sessions" / "c.yaml").unlink()
    server.seen.clear()
    assert run(["apply", "--auto-approve", "--prune", "--atomic"]) == 0
    assert "Apply complete! Session types: 1 created, 1 updated, 1 deleted." in out()
    assert server.made("POST", "PATCH", "DELETE") == ["POST"]
    assert server.seen[-1].path.endswith("/changesets")


def test_atomic_is_nothing_after_a_lost_race(server: FakeServer, here: Path, out: Output) -> None:
    run(["apply", "--auto-approve"])
    write(here, "a", "b", "d", expiry=14)
    server.on_next("POST", lambda: clobber(server, "b"))
    before = out()
    assert run(["apply", "--auto-approve", "--atomic"]) == 5
    shown = out().removeprefix(before)
    assert "0 created, 0 updated, 0 deleted" in shown
    assert "1 failed, 2 not tried:" in shown
    assert "b: failed: `b` is at revision 4, not" in shown
    assert [entry.actor for entry in server.store().history()] == ["token:ci"] * 3 + ["eve"]


def clobber(server: FakeServer, tag: str) -> None:
    server.store(actor="eve").update(tag, {"expiry": 99}, revision=revision_of(server, tag))


@pytest.mark.usefixtures("here")
def test_atomic_through_a_lost_answer_is_once(server: FakeServer) -> None:
    server.fail("POST", Fault(HTML, carried_out=True))
    assert run(["apply", "--auto-approve", "--atomic"]) == 0
    assert [entry.action for entry in server.store().history()] == ["create"] * 3


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("command", ["plan", "apply", "drift", "history"])
def test_no_sql_library_is_loaded(server: FakeServer, command: str) -> None:
    server.store().create(session_type("x"), Source("another"))
    approve = ["--auto-approve"] if command == "apply" else []
    loaded = modules(f"from reconciler.cli.main import run\nrun({[command, *approve]!r})")
    assert "httpx" in loaded
    assert not {"sqlalchemy", "alembic"} & loaded


@pytest.mark.usefixtures("here")
def test_no_library_is_loaded_before_it_is_needed() -> None:
    assert not {"httpx", "sqlalchemy"} & modules("import reconciler.registry")
    assert not {"httpx", "sqlalchemy"} & modules("from reconciler.cli.main import run; run(['validate'])")


def modules(code: str) -> set[str]:
    """Return what a fresh interpreter has loaded after `code`."""
    report = "import sys; print(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"{code}\n{report}"], check=True, capture_output=True, text=True
    )
    return set(done.stdout.splitlines()[-1].split())
