"""A valid session type's fields, to change one of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.diagnostics import Problem
from reconciler.session_type import check
from reconciler.values import JsonObject

VALID: JsonObject = {
    "name": "User session",
    "tag": "user-session",
    "description": "Signed in",
    "schema": {
        "userId": "user_123",
        "details": {"email": "ada@example.com", "age": 36, "admin": False},
        "roles": ["a"],
    },
    "selector": "$Session{userId}",
    "expiry": 7,
    "period": "days",
}


@pytest.fixture
def fields() -> Callable[..., JsonObject]:
    """Give all seven fields with some of them changed."""
    return lambda **changed: {**VALID, **changed}


@pytest.fixture
def problems(fields: Callable[..., JsonObject]) -> Callable[..., list[Problem]]:
    """Give the problems that a change of some fields causes."""

    def of(**changed: Any) -> list[Problem]:
        checked = check(fields(**changed))
        assert (checked.session_type is None) == bool(checked.problems)
        return list(checked.problems)

    return of
