"""Answers about sessions: nothing that is not wholly there passes for a valid token, and no refusal stays a guess."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.registry.http import Malformed
from reconciler.registry.http import session_decode as answers
from reconciler.registry.http.session_refusal import session_error
from reconciler.runtime import RefreshRefused, SessionErrorCode, Verdict
from reconciler.server.problems import ProblemCode

TIME = "2026-11-24T12:00:00.000000Z"
VALID: dict[str, Any] = {
    "valid": True,
    "data": {"userId": "user_123"},
    "sessionId": "s-1",
    "identifier": "user_123",
    "expiresAt": TIME,
    "reason": None,
}
SESSION = {
    "sessionId": "s-1",
    "identifier": "u",
    "startAt": TIME,
    "endAt": TIME,
    "active": True,
    "revokedAt": None,
    "data": {},
}
USER = {
    "identifier": "u",
    "env": "prd",
    "firstSeen": TIME,
    "lastSeen": TIME,
    "totalSessions": 1,
    "activeSessions": 1,
    "status": "active",
}
PAGE = {"total": 1, "page": 1, "limit": 20, "totalPages": 1}
NUMBERS = ("totalUsers", "activeUsers", "inactiveUsers", "expiredUsers", "newUsersToday", "newUsersThisWeek")
KEY = {"keyId": "k", "createdAt": TIME, "activeFrom": TIME, "retiredAt": None, "current": True}
WHOLE: list[tuple[Callable[[bytes], object], dict[str, Any]]] = [
    (
        answers.pair,
        {"token": "t", "refreshToken": "r", "sessionId": "s", "expiresAt": TIME, "refreshExpiresAt": TIME},
    ),
    (answers.verdict, VALID),
    (answers.revoked, {"revoked": 1}),
    (answers.key, KEY),
    (answers.retired_key, {**KEY, "sessions": 1, "users": 1}),
    (answers.pruned, {"sessions": 1}),
    (answers.keys, {"items": [KEY]}),
    (answers.active, {"sessions": [SESSION], **PAGE}),
    (answers.users, {"users": [USER], **PAGE}),
    (answers.details, {**USER, "sessions": [SESSION], "latestSessionData": None}),
    (
        answers.dashboard,
        {
            **dict.fromkeys((*NUMBERS, "totalSessions", "activeSessions"), 0),
            "timeline": [{"date": "2026-11-24", "sessions": 1, "newUsers": 1}],
        },
    ),
]
# What is told beside the rest, and can be reckoned or did not happen.
SPARE = {"reason", "totalPages", "env", "revokedAt", "retiredAt"}


def _body(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize(("read", "whole"), WHOLE, ids=[read.__name__ for read, _ in WHOLE])
def test_whatever_lacks_is_named(read: Callable[[bytes], object], whole: dict[str, Any]) -> None:
    read(_body(whole))
    for name in whole.keys() - SPARE:
        with pytest.raises(Malformed, match=f"`{name}`"):
            read(_body({key: value for key, value in whole.items() if key != name}))
        with pytest.raises(Malformed):
            read(_body({**whole, name: {} if isinstance(whole[name], list) else []}))


@pytest.mark.parametrize(("read", "whole"), WHOLE[6:], ids=[read.__name__ for read, _ in WHOLE[6:]])
def test_whatever_lacks_in_a_list_is_named(read: Callable[[bytes], object], whole: dict[str, Any]) -> None:
    (listed,) = (name for name, value in whole.items() if isinstance(value, list))
    for name in whole[listed][0].keys() - SPARE:
        item = {key: value for key, value in whole[listed][0].items() if key != name}
        with pytest.raises(Malformed, match=rf"`{name}` is missing in {listed}\[0\]"):
            read(_body({**whole, listed: [item]}))
    with pytest.raises(Malformed, match=rf"{listed}\[1\] is not an object"):
        read(_body({**whole, listed: [whole[listed][0], 7]}))


@given(
    st.dictionaries(
        st.sampled_from(sorted(VALID)), st.none() | st.booleans() | st.integers() | st.text() | st.just(VALID["data"])
    )
)
def test_nothing_passes_for_a_valid_token_but_the_whole_of_one(answer: dict[str, Any]) -> None:
    try:
        verdict = answers.verdict(_body(answer))
    except Malformed:
        return
    if verdict.valid:
        assert answer["valid"] is True
        assert None not in (verdict.data, verdict.session_id, verdict.identifier, verdict.expires_at)
    else:
        assert verdict == Verdict(valid=False, reason=verdict.reason)


def test_a_reason_that_is_not_known_yet_is_a_no() -> None:
    assert answers.verdict(_body({"valid": False, "reason": "frozen"})) == Verdict(valid=False, reason="invalid")


@pytest.mark.parametrize("name", ["status", "date"])
def test_a_word_that_means_nothing_is_named(name: str) -> None:
    read, whole = (
        (answers.users, {"users": [{**USER, "status": "asleep"}], **PAGE})
        if name == "status"
        else (answers.dashboard, {**WHOLE[-1][1], "timeline": [{"date": "today", "sessions": 1, "newUsers": 1}]})
    )
    with pytest.raises(Malformed, match=f"`{name}`"):
        read(_body(whole))


def test_every_refusal_of_a_session_call_has_its_error() -> None:
    refresh = {code.value for code in ProblemCode if code.value.startswith("refresh-token-")}
    plain = {code.value for code in SessionErrorCode} - {"refresh-refused"}
    assert len(refresh) == 4
    assert plain <= {code.value for code in ProblemCode}
    errors = {code.value: session_error(code.value, "No", [], "user") for code in ProblemCode}
    assert {code for code, error in errors.items() if error} == refresh | plain | {"keys-unavailable"}
    assert all(getattr(errors[code], "code", None) == code for code in plain)
    assert all(isinstance(errors[code], RefreshRefused) for code in refresh)
