"""The client's page: its Python runs, in the order of the page, against a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

import reconciler.client
from reconciler.access import Role
from reconciler.cli.main import run
from reconciler.client import Client
from tests.docs.executed import ROOT
from tests.server.running import Running, running, serving

PAGE = (ROOT / "docs" / "client.md").read_text(encoding="utf-8")
EXAMPLE = "https://registry.example.com"
USER_SESSION: dict[str, Any] = {
    "name": "User session",
    "tag": "user-session",
    "schema": {"userId": "user_123", "email": "ada@example.com"},
    "selector": "$Session{userId}",
    "expiry": 7,
    "period": "days",
}


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running("sqlite:///registry.db", tmp_path_factory.mktemp("registry")) as started:
        yield started


@pytest.fixture
def page(server: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """Return the names of the page, once a client is open."""
    monkeypatch.setenv("RECONCILER_TOKEN", server.token(Role.ADMIN))
    names: dict[str, Any] = {"__name__": "page"}
    _run("open", names, server.url)
    client: Client = names["client"]
    client.session_types.create(USER_SESSION)
    with client:
        yield names


def _run(name: str, names: dict[str, Any], url: str = EXAMPLE) -> None:
    (code,) = re.findall(rf"<!-- python: {name} -->\n```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(code.replace(EXAMPLE, url), f"docs/client.md: {name}", "exec"), names)  # noqa: S102 - the page's own


def test_a_sessions_life_and_the_session_types(page: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    _run("life", page)
    _run("types", page)
    assert capsys.readouterr().out == "['checkout-session', 'user-session']\n"


def test_the_middleware(page: dict[str, Any]) -> None:
    client: Client = page["client"]
    token = client.sessions.start("user-session", USER_SESSION["schema"]).token
    for name in ("gate", "asgi", "wsgi"):
        _run(name, page)
    with serving(page["app"]) as url:
        answers = [
            httpx.get(f"{url}/me", headers=headers)
            for headers in ({"Cookie": f"sid={token}"}, {"Authorization": f"Bearer {token}"}, {})
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 401]
    assert answers[0].json() == {"user": "user_123"}
    with httpx.Client(transport=httpx.WSGITransport(page["application"]), base_url="http://site") as browser:
        assert browser.get("/", headers={"Cookie": f"sid={token}"}).text == "user_123"
        assert browser.get("/").json()["code"] == "session-missing"


def test_who_is_there(page: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    page["client"].sessions.start("user-session", USER_SESSION["schema"])
    _run("people", page)
    lines = capsys.readouterr().out.splitlines()
    assert (lines[0], lines[-1]) == ("1 users on 1 pages", "1 1.0 1")
    assert lines[1].startswith("user_123 active ")


def test_what_goes_wrong_is_printed_as_it_is_shown(page: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    (shown,) = re.findall(r"<!-- output: errors -->\n```text\n(.*?)```", PAGE, re.DOTALL)
    _run("errors", page)
    assert capsys.readouterr().out == shown


def test_the_settings(page: dict[str, Any], server: Running, tmp_path: Any) -> None:
    (tmp_path / "authority.pem").write_text("", encoding="utf-8")
    _run("manner", page, server.url)
    hasty: Client = page["hasty"]
    with hasty:
        assert hasty.session_types.fetch_all() == ()


def test_the_page_leaves_no_block_out() -> None:
    named = set(re.findall(r"<!-- python: (\w+) -->", PAGE))
    assert named == {"open", "life", "gate", "asgi", "wsgi", "people", "types", "errors", "manner"}
    assert len(re.findall(r"```python", PAGE)) == len(named)


def test_the_codes_of_the_gate_are_those_of_the_page() -> None:
    source = (ROOT / "reconciler" / "client" / "gate.py").read_text(encoding="utf-8")
    for code in ("session-missing", "sessions-unavailable"):
        assert f"`{code}`" in PAGE
        assert f'"{code}"' in source


def test_the_command_of_the_page_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    (command,) = re.findall(r"^reconciler (token create .*)$", PAGE, re.MULTILINE)
    options = re.findall(r"--[a-z]+", command)
    assert run(["token", "create", "--help"]) == 0
    assert set(options) <= set(re.findall(r"--[a-z]+", capsys.readouterr().out))


def test_the_help_that_the_page_names_draws_the_tree() -> None:
    assert "└── TagExists" in str(reconciler.client.__doc__)
