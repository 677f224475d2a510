"""The ASGI middleware, under a real server: FastAPI, which is Starlette, and the bare protocol for WebSockets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request

from reconciler.client import (
    AsgiSessions,
    Client,
    Cookie,
    Header,
    Manner,
    Patience,
    RequestSession,
    SessionGate,
    Settings,
)
from tests.client.conftest import DATA
from tests.server.running import serving

AWAY = "http://127.0.0.1:9"
AT_ONCE = Manner(settings=Settings(), patience=Patience(attempts=1))


def _site(gate: SessionGate) -> FastAPI:
    site = FastAPI()
    site.add_middleware(AsgiSessions, gate=gate)

    @site.get("/me")
    async def me(request: Request) -> dict[str, Any]:
        session: RequestSession | None = request.state.session
        assert session is request.scope["reconciler.session"]
        if session is None:
            return {"user": None}
        return {"user": session.identifier, "role": session.data["role"], "id": session.session_id, "tag": session.tag}

    return site


@pytest.fixture
def token(app: Client) -> str:
    return app.sessions.start("user-session", DATA).token


@pytest.fixture
def required(app: Client) -> Iterator[httpx.Client]:
    gate = SessionGate(app, "user-session", required=True, sources=(Cookie("sid"), Header("X-Session")))
    with serving(_site(gate)) as url, httpx.Client(base_url=url) as browser:
        yield browser


@pytest.fixture
def optional(app: Client) -> Iterator[httpx.Client]:
    with serving(_site(SessionGate(app, "user-session"))) as url, httpx.Client(base_url=url) as browser:
        yield browser


def test_the_verified_session_is_on_the_request(optional: httpx.Client, app: Client, token: str) -> None:
    answer = optional.get("/me", headers={"Authorization": f"Bearer {token}"}).json()
    session_id = app.sessions.verify(None, token).session_id
    assert answer == {"user": "user_123", "role": "admin", "id": session_id, "tag": "user-session"}


@pytest.mark.parametrize("authorization", [None, "Basic eDp5", "Bearer", "Bearer x", "Bearer user-session:eyJ.bad"])
def test_a_request_without_a_good_token_goes_through_without_a_session(
    optional: httpx.Client, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = optional.get("/me", headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"user": None})


def test_a_revoked_session_is_gone_at_once(optional: httpx.Client, app: Client, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    assert optional.get("/me", headers=headers).json()["user"] == "user_123"
    app.sessions.revoke_all("user-session", "user_123")
    assert optional.get("/me", headers=headers).json() == {"user": None}


def test_a_cookie_or_a_header_may_carry_the_token(required: httpx.Client, token: str) -> None:
    by_cookie = required.get("/me", headers={"Cookie": f'theme=dark; sid="{token}"; x=y'})
    by_header = required.get("/me", headers={"X-Session": token})
    assert by_cookie.json() == by_header.json()
    assert by_cookie.json()["user"] == "user_123"


def test_a_required_session_that_is_missing_is_a_problem(required: httpx.Client, token: str) -> None:
    # This application does not look there.
    answer = required.get("/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "type": "about:blank",
        "title": "A session is needed",
        "status": 401,
        "code": "session-missing",
        "detail": "The request carries no session token.",
    }


def test_a_required_session_that_is_not_good_is_a_problem_that_says_why(
    required: httpx.Client, app: Client, token: str
) -> None:
    app.sessions.revoke_all("user-session", "user_123")
    codes = [required.get("/me", headers={"X-Session": sent}).json()["code"] for sent in (token, "x", token + "x")]
    assert codes == ["session-revoked", "session-invalid", "session-invalid"]
    assert "invalid_token" in required.get("/me", headers={"X-Session": "x"}).headers["www-authenticate"]


def test_a_refusal_of_head_has_no_body(required: httpx.Client) -> None:
    answer = required.head("/me")
    assert (answer.status_code, answer.content) == (401, b"")


def test_a_token_of_another_session_type_is_not_let_in(app: Client) -> None:
    app.session_types.create({**app.session_types.fetch("user-session").to_json(), "tag": "guest"})
    guest = app.sessions.start("guest", DATA).token
    with serving(_site(SessionGate(app, "user-session"))) as url:
        assert httpx.get(f"{url}/me", headers={"Authorization": f"Bearer {guest}"}).json() == {"user": None}
    with serving(_site(SessionGate(app, None))) as url:
        assert httpx.get(f"{url}/me", headers={"Authorization": f"Bearer {guest}"}).json()["tag"] == "guest"


@pytest.mark.parametrize("required", [True, False])
def test_a_registry_that_is_away_is_a_503(*, required: bool, caplog: pytest.LogCaptureFixture) -> None:
    with Client(AWAY, manner=AT_ONCE) as away:
        gate = SessionGate(away, "user-session", required=required)
        with serving(_site(gate)) as url:
            answer = httpx.get(f"{url}/me", headers={"Authorization": "Bearer user-session:eyJ.some.token"})
            without = httpx.get(f"{url}/me")
    assert answer.status_code == 503
    assert answer.json()["code"] == "sessions-unavailable"
    assert answer.headers["retry-after"] == "1"
    assert without.status_code == (401 if required else 200)
    assert AWAY in caplog.text
    assert "eyJ" not in caplog.text


def test_a_client_without_the_right_token_lets_nobody_in(server: Any, token: str, product: str) -> None:
    wrong = Client(server.url, "rct_wrong", product=product, env="prd", manner=AT_ONCE)
    with wrong, serving(_site(SessionGate(wrong, "user-session"))) as url:
        answer = httpx.get(f"{url}/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 503


def test_the_loop_goes_on_while_the_registry_is_asked(app: Client, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate that is asked waits until the loop has done something else meanwhile."""
    gate = SessionGate(app, "user-session")
    reached: list[RequestSession | None] = []

    async def site(scope: Any, *_: Any) -> None:
        reached.append(scope["state"]["session"])

    async def both() -> None:
        loop, went_on = asyncio.get_running_loop(), asyncio.Event()
        verify = app.sessions.verify

        def waiting(tag: str | None, asked: str) -> Any:
            asyncio.run_coroutine_threadsafe(went_on.wait(), loop).result(30)
            return verify(tag, asked)

        monkeypatch.setattr(app.sessions, "verify", waiting)
        request = asyncio.create_task(AsgiSessions(site, gate)(_scope("http", token), _nothing, _nowhere))
        await asyncio.sleep(0)
        went_on.set()
        await request

    asyncio.run(both())
    assert [session.identifier for session in reached if session] == ["user_123"]


def test_a_websocket_is_closed_before_it_opens(app: Client, token: str) -> None:
    opened: list[str] = []

    async def site(scope: Any, *_: Any) -> None:
        opened.append(scope["reconciler.session"].identifier)

    def closed_with(client: Client, sent: str) -> list[Any]:
        said: list[Any] = []

        async def send(message: Any) -> None:
            said.append(message)

        gate = SessionGate(client, "user-session", required=True)
        asyncio.run(AsgiSessions(site, gate)(_scope("websocket", sent), _nothing, send))
        return [(message["type"], message["code"]) for message in said]

    assert closed_with(app, token) == []
    assert opened == ["user_123"]
    assert closed_with(app, "x") == [("websocket.close", 1008)]
    with Client(AWAY, manner=AT_ONCE) as away:
        assert closed_with(away, token) == [("websocket.close", 1013)]
    assert len(opened) == 1


def test_start_and_end_of_the_application_pass(app: Client) -> None:
    seen: list[Any] = []

    async def site(scope: Any, *_: Any) -> None:
        seen.append(dict(scope))

    gate = SessionGate(app, "user-session", required=True)
    asyncio.run(AsgiSessions(site, gate)({"type": "lifespan"}, _nothing, _nowhere))
    assert seen == [{"type": "lifespan"}]


def _scope(kind: str, token: str) -> dict[str, Any]:
    return {"type": kind, "method": "GET", "headers": [(b"authorization", f"Bearer {token}".encode())]}


async def _nothing() -> Any:
    return {"type": "websocket.connect"}


async def _nowhere(message: Any) -> None:
    del message
