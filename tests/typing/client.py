"""What type checkers make of the client. mypy reads this file; nothing runs it.

Each `type: ignore` names an error that must be found: mypy reports one that is not needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import assert_type

from reconciler.client import (
    AsgiSessions,
    Bearer,
    Client,
    Cookie,
    LiveSessionType,
    Pair,
    RegistryError,
    RequestError,
    RequestSession,
    Revoked,
    SessionGate,
    User,
    UsersPage,
    UserStatus,
    Verdict,
)


def session_types(client: Client) -> None:
    created = client.session_types.create(
        name="User", tag="user", schema={"id": "u"}, selector="$Session{id}", expiry=7, period="days"
    )
    assert_type(created, LiveSessionType)
    assert_type(created.expiry, int)
    assert_type(client.session_types.create({"name": "User", "tag": "user"}), LiveSessionType)
    assert_type(client.session_types.update("user", expiry=2, period="hours"), LiveSessionType)
    assert_type(client.session_types.update("user", {"expiry": 2}, revision=3), LiveSessionType)
    assert_type(client.session_types.fetch_all(), tuple[LiveSessionType, ...])
    client.session_types.create(name="User", tag="user")  # type: ignore[call-overload]
    client.session_types.update("user", expiry="2")  # type: ignore[call-overload]
    client.session_types.update("user", expirey=2)  # type: ignore[call-overload]
    created.expiry = 8  # type: ignore[misc]


def sessions(client: Client) -> None:
    pair = client.sessions.start("user", {"id": "u"}, expires_in=60)
    assert_type(pair, Pair)
    assert_type(pair.expires_at, datetime)
    assert_type(client.sessions.verify(None, pair.token), Verdict)
    assert_type(client.sessions.verify("user", {"sid": "x"}.get("sid")), Verdict)
    assert_type(client.sessions.revoke("user", identifier=7), Revoked)
    assert_type(client.sessions.users("user"), UsersPage)
    assert_type(next(client.sessions.each_user("user")).status, UserStatus)
    assert_type(client.sessions.each_user("user"), Iterator[User])
    client.sessions.verify("user")  # type: ignore[call-arg]
    client.sessions.start("user", ["u"])  # type: ignore[arg-type]


def errors(error: RegistryError) -> None:
    assert_type(error.code, str)
    assert_type(error.status, int | None)
    assert_type(error.errors, tuple[RequestError, ...])


def middleware(client: Client, session: RequestSession) -> None:
    gate = SessionGate(client, "user", required=True, sources=(Bearer(), Cookie("sid")))
    assert_type(session.identifier, str)
    assert_type(session.expires_at, datetime)
    SessionGate(client, "user", sources=("sid",))  # type: ignore[arg-type]
    AsgiSessions(lambda: None, gate)  # type: ignore[arg-type, misc]
