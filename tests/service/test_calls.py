"""The command line against a real server, through a proxy that counts: no call too many, none lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cli.main import run
from reconciler.registry import open_reader
from tests.server.running import Running, running
from tests.service.proxy import Traffic, proxy_to

LIST = "/v1/products/default/session-types"
MANIFEST = """\
name: Session {number}
tag: session-{number:04}
schema: {{userId: user_123, details: {{email: a@example.com, n: {number}}}}}
selector: $Session{{userId}}
expiry: {expiry}
period: days
"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Running]:
    with running("sqlite:///registry.db", tmp_path) as server:
        yield server


@pytest.fixture
def traffic(served: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Traffic]:
    folder = tmp_path / "project"
    (folder / "sessions").mkdir(parents=True)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("RECONCILER_TOKEN", served.token(name="ci"))
    with proxy_to(served.url) as seen:
        yield seen


def _write(count: int, *, expiry: int = 7) -> None:
    for number in range(count):
        text = MANIFEST.format(number=number, expiry=expiry)
        Path("sessions", f"{number:04}.yaml").write_text(text, encoding="utf-8")


def _run(traffic: Traffic, verb: str, *options: str) -> int:
    traffic.seen.clear()
    return run([verb, "sessions", "--registry", traffic.url, *options])


def test_a_plan_of_a_thousand_is_one_list_call_and_then_a_304(traffic: Traffic) -> None:
    _write(1_000)
    assert _run(traffic, "apply", "--auto-approve", "--atomic") == 0
    assert _run(traffic, "plan", "--detailed-exitcode") == 0
    assert [seen[:2] for seen in traffic.seen] == [("GET", LIST)]
    assert _run(traffic, "plan", "--detailed-exitcode") == 0
    assert traffic.seen == [("GET", LIST, 304)]


def test_an_apply_of_three_changes_is_three_write_calls(traffic: Traffic) -> None:
    _write(10)
    assert _run(traffic, "apply", "--auto-approve") == 0
    _write(3, expiry=8)
    assert _run(traffic, "apply", "--auto-approve") == 0
    assert traffic.count("POST", "PATCH", "DELETE") == 3
    assert {method for method, _, _ in traffic.seen} == {"GET", "PATCH"}
    assert _run(traffic, "apply", "--auto-approve") == 0
    assert traffic.count("POST", "PATCH", "DELETE") == 0


def test_an_atomic_apply_is_one_write_call(traffic: Traffic) -> None:
    _write(5)
    assert _run(traffic, "apply", "--auto-approve", "--atomic") == 0
    assert [path.rpartition("/")[2] for method, path, _ in traffic.seen if method == "POST"] == ["changesets"]


@pytest.mark.parametrize(
    ("method", "options"), [("POST", ()), ("PATCH", ()), ("DELETE", ("--prune",)), ("POST", ("--atomic",))]
)
def test_a_lost_answer_is_no_second_write(
    served: Running, traffic: Traffic, method: str, options: tuple[str, ...]
) -> None:
    _write(3)
    if method != "POST":
        assert _run(traffic, "apply", "--auto-approve") == 0
        _write(1, expiry=8)
    if method == "DELETE":
        Path("sessions/0002.yaml").unlink()
    before = _revision(served)
    traffic.lose.add(method)
    assert _run(traffic, "apply", "--auto-approve", *options) == 0
    assert not traffic.lose, "an answer was lost"
    expected = {"POST": 3, "PATCH": 1, "DELETE": 2}[method]
    assert _revision(served) == before + expected
    assert _run(traffic, "plan", "--detailed-exitcode") == 0


def _revision(served: Running) -> int:
    with open_reader(served.database, product="default", root=served.root) as reader:
        history = list(reader.history())
        assert [entry.revision for entry in history] == list(range(1, len(history) + 1))
        return reader.fetch().revision
