"""What the gate remembers, and for how long; where it finds a token."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.client import (
    Bearer,
    Client,
    Cookie,
    Header,
    Manner,
    Patience,
    RequestSession,
    SessionGate,
    Settings,
    TokenSource,
    Verdict,
)
from reconciler.client.gate import Refusal
from reconciler.runtime.surroundings import Surroundings
from tests.client.conftest import DATA, NewClient
from tests.server.running import Running
from tests.service.proxy import Traffic, proxy_to


class Time:
    """Clocks that only the test moves."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.began = datetime.now(UTC)

    @property
    def surroundings(self) -> Surroundings:
        return Surroundings(clock=lambda: self.began + timedelta(seconds=self.passed), monotonic=lambda: self.passed)


@pytest.fixture
def traffic(server: Running) -> Iterator[Traffic]:
    with proxy_to(server.url) as found:
        yield found


@pytest.fixture
def token(app: Client) -> str:
    return app.sessions.start("user-session", DATA).token


def _user(gate: SessionGate, token: str) -> str | None:
    admitted = gate.admit({"authorization": f"Bearer {token}"}.get)
    return admitted.identifier if isinstance(admitted, RequestSession) else None


def test_without_a_cache_every_request_is_asked_about(traffic: Traffic, new_client: NewClient, token: str) -> None:
    gate = SessionGate(new_client(url=traffic.url), "user-session")
    assert [_user(gate, token) for _ in range(3)] == ["user_123"] * 3
    assert traffic.count("POST") == 3


def test_a_cache_asks_once_until_its_time_is_over(
    traffic: Traffic, app: Client, new_client: NewClient, token: str
) -> None:
    time = Time()
    gate = SessionGate(new_client(url=traffic.url), "user-session", cache_seconds=1, surroundings=time.surroundings)
    assert [_user(gate, token) for _ in range(3)] == ["user_123"] * 3
    assert traffic.count("POST") == 1
    app.sessions.revoke_all("user-session", "user_123")
    time.passed = 0.99
    assert _user(gate, token) == "user_123"
    time.passed = 1.0
    assert _user(gate, token) is None
    assert traffic.count("POST") == 2


def test_a_cached_session_does_not_outlive_its_token(traffic: Traffic, app: Client, new_client: NewClient) -> None:
    time = Time()
    gate = SessionGate(new_client(url=traffic.url), "user-session", cache_seconds=1, surroundings=time.surroundings)
    token = app.sessions.start("user-session", DATA, expires_in=1).token
    assert _user(gate, token) == "user_123"
    time.began += timedelta(seconds=2)
    _user(gate, token)
    assert traffic.count("POST") == 2


def test_a_token_that_is_not_good_is_not_remembered(traffic: Traffic, new_client: NewClient, token: str) -> None:
    gate = SessionGate(new_client(url=traffic.url), "user-session", cache_seconds=1)
    assert [_user(gate, token[:-4] + "xxxx") for _ in range(2)] == [None, None]
    assert traffic.count("POST") == 2


@pytest.mark.parametrize("lacking", ["data", "session_id", "identifier", "expires_at"])
def test_a_verdict_that_lacks_something_lets_nobody_in(
    app: Client, token: str, lacking: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Verdict(**{**asdict(app.sessions.verify("user-session", token)), lacking: None})
    monkeypatch.setattr(app.sessions, "verify", lambda *_: found)
    assert _user(SessionGate(app, "user-session"), token) is None


def test_a_cache_has_a_size(traffic: Traffic, app: Client, new_client: NewClient) -> None:
    tokens = [app.sessions.start("user-session", {**DATA, "userId": user}).token for user in "abc"]
    gate = SessionGate(
        new_client(url=traffic.url), "user-session", cache_seconds=1, cache_size=2, surroundings=Time().surroundings
    )
    assert [_user(gate, token) for token in tokens] == ["a", "b", "c"]
    assert [_user(gate, token) for token in reversed(tokens)] == ["c", "b", "a"]
    assert traffic.count("POST") == 4


def test_what_a_request_does_to_its_data_no_other_sees(app: Client, token: str) -> None:
    gate = SessionGate(app, "user-session", cache_seconds=1, surroundings=Time().surroundings)
    for _ in range(3):
        admitted = gate.admit({"authorization": f"Bearer {token}"}.get)
        assert isinstance(admitted, RequestSession)
        assert admitted.data == DATA
        admitted.data["role"] = "changed"


@pytest.mark.parametrize("seconds", [1.01, -0.1, 60])
def test_a_revoked_session_must_not_live_on_in_a_cache(app: Client, seconds: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        SessionGate(app, "user-session", cache_seconds=seconds)


def test_neither_a_gate_nor_a_session_shows_a_token(app: Client, token: str) -> None:
    gate = SessionGate(app, "user-session", cache_seconds=1)
    assert _user(gate, token) == "user_123"
    assert token not in repr(gate)
    assert "rct_" not in repr(gate)


@given(st.binary(max_size=80) | st.from_regex(rb"(Bearer|bearer) +[a-z.:-]{1,20}", fullmatch=True))
def test_whatever_a_request_carries_is_answered_and_not_let_in(sent: bytes) -> None:
    headers = dict.fromkeys(("authorization", "cookie", "x-session"), sent.decode("latin-1"))
    sources = (Bearer(), Cookie(""), Header("X-Session"))
    with Client("http://127.0.0.1:9", manner=Manner(settings=Settings(), patience=Patience(attempts=1))) as away:
        answer = SessionGate(away, None, required=True, sources=sources).admit(headers.get)
    assert isinstance(answer, Refusal)
    assert json.loads(answer.body)["status"] == answer.status
    assert answer.status in {401, 503}


@pytest.mark.parametrize(
    ("source", "headers", "found"),
    [
        (Bearer(), {"authorization": "Bearer a:b"}, "a:b"),
        (Bearer(), {"authorization": "  bEARER   a:b  "}, "a:b"),
        (Bearer(), {"authorization": "Bearer "}, None),
        (Bearer(), {"authorization": "Basic a:b"}, None),
        (Bearer(), {}, None),
        (Cookie("s"), {"cookie": "s=a:b"}, "a:b"),
        (Cookie("s"), {"cookie": "ss=x; s=a:b=="}, "a:b=="),
        (Cookie("s"), {"cookie": "S=x;;=; s"}, None),
        (Cookie("s"), {}, None),
        (Header("X-Session"), {"x-session": " a:b "}, "a:b"),
        (Header("X-Session"), {"x-session": ""}, None),
    ],
)
def test_a_source_finds_the_token(source: TokenSource, headers: dict[str, str], found: str | None) -> None:
    assert source.find(headers.get) == found
