"""Sessions at run time: tokens, the check of a session's data, refresh, and what is told of sessions and users.

Nothing here knows SQL. Clock, randomness and what is stored are handed in; `reconciler.registry.store.sessions` stores.
Only light modules are imported by this package itself: the token library loads where a token is made or opened.
"""

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
