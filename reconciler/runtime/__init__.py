"""Sessions at run time: tokens, the check of a session's data, refresh, and what is told of sessions and users.

Nothing here knows SQL. Clock, randomness and what is stored are handed in; `reconciler.registry.store.sessions` stores.
The token library loads where a token is made or opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.late import late

if TYPE_CHECKING:
    from reconciler.runtime.errors import (
        DataProblem,
        InvalidSessionData,
        RefreshRefused,
        SessionError,
        SessionErrorCode,
        UnknownKey,
        UnknownSession,
        UnknownSessionType,
        UnknownUser,
    )
    from reconciler.runtime.model import (
        ActivePage,
        Dashboard,
        Day,
        KeyInfo,
        Pair,
        Pruned,
        RetiredKey,
        Revoked,
        SessionInfo,
        User,
        UserDetails,
        UsersPage,
        UserStatus,
        Verdict,
    )
    from reconciler.runtime.protocol import SessionKeys, Sessions

__all__ = [
    "ActivePage",
    "Dashboard",
    "DataProblem",
    "Day",
    "InvalidSessionData",
    "KeyInfo",
    "Pair",
    "Pruned",
    "RefreshRefused",
    "RetiredKey",
    "Revoked",
    "SessionError",
    "SessionErrorCode",
    "SessionInfo",
    "SessionKeys",
    "Sessions",
    "UnknownKey",
    "UnknownSession",
    "UnknownSessionType",
    "UnknownUser",
    "User",
    "UserDetails",
    "UserStatus",
    "UsersPage",
    "Verdict",
]

_LATE = {
    "ActivePage": "model",
    "Dashboard": "model",
    "DataProblem": "errors",
    "Day": "model",
    "InvalidSessionData": "errors",
    "KeyInfo": "model",
    "Pair": "model",
    "Pruned": "model",
    "RefreshRefused": "errors",
    "RetiredKey": "model",
    "Revoked": "model",
    "SessionError": "errors",
    "SessionErrorCode": "errors",
    "SessionInfo": "model",
    "SessionKeys": "protocol",
    "Sessions": "protocol",
    "UnknownKey": "errors",
    "UnknownSession": "errors",
    "UnknownSessionType": "errors",
    "UnknownUser": "errors",
    "User": "model",
    "UserDetails": "model",
    "UserStatus": "model",
    "UsersPage": "model",
    "Verdict": "model",
}


def __getattr__(name: str) -> Any:
    """Import what a run needs, and no more."""
    return late(__name__, _LATE, name)
