"""The WSGI middleware under wsgiref's server, with wsgiref's validator on both sides of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.validate import validator

import httpx
import pytest

from reconciler.client import Client, Cookie, Manner, Patience, RequestSession, SessionGate, Settings, WsgiSessions
from tests.client.conftest import DATA

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


class _Silent(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        return


def _site(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    session: RequestSession | None = environ["reconciler.session"]
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"user": session and session.identifier}).encode()]


@contextmanager
def _serving(gate: SessionGate) -> Iterator[str]:
    site = validator(WsgiSessions(validator(_site), gate))
    with make_server("127.0.0.1", 0, site, handler_class=_Silent) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def token(app: Client) -> str:
    return app.sessions.start("user-session", DATA).token


def test_the_verified_session_is_in_the_environ(app: Client, token: str) -> None:
    with _serving(SessionGate(app, "user-session")) as url:
        known = httpx.get(url, headers={"Authorization": f"bearer {token}"})
        unknown = httpx.get(url)
    assert (known.json(), unknown.json()) == ({"user": "user_123"}, {"user": None})


def test_a_required_session_is_asked_for(app: Client, token: str) -> None:
    with _serving(SessionGate(app, "user-session", required=True, sources=(Cookie(),))) as url:
        missing = httpx.get(url)
        found = httpx.get(url, headers={"Cookie": f"session={token}"})
        app.sessions.revoke_all("user-session", "user_123")
        revoked = httpx.get(url, headers={"Cookie": f"session={token}"})
    assert found.json() == {"user": "user_123"}
    assert [answer.status_code for answer in (missing, revoked)] == [401, 401]
    assert [answer.json()["code"] for answer in (missing, revoked)] == ["session-missing", "session-revoked"]
    assert missing.headers["content-type"] == "application/problem+json"
    assert missing.reason_phrase == "Unauthorized"


def test_a_registry_that_is_away_is_a_503(token: str) -> None:
    manner = Manner(settings=Settings(), patience=Patience(attempts=1))
    with Client("http://127.0.0.1:9", manner=manner) as away, _serving(SessionGate(away, None)) as url:
        answer = httpx.get(url, headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (503, "sessions-unavailable")
