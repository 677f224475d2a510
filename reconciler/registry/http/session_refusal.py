"""What a registry behind HTTP refuses of a session call, as the errors that a registry on a database raises.

The codes are those of the agreement, one for one: a code without an error here would reach people as a guess.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.port import RequestError
from reconciler.runtime import (
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
from reconciler.runtime.errors import Reason

_UNKNOWN: Mapping[str, type[SessionError]] = {
    SessionErrorCode.SESSION_TYPE_NOT_FOUND: UnknownSessionType,
    SessionErrorCode.SESSION_NOT_FOUND: UnknownSession,
    SessionErrorCode.USER_NOT_FOUND: UnknownUser,
    SessionErrorCode.KEY_NOT_FOUND: UnknownKey,
}
_REFRESH: Mapping[str, Reason] = {
    "refresh-token-invalid": "invalid",
    "refresh-token-expired": "expired",
    "refresh-token-revoked": "revoked",
    "refresh-token-reused": "revoked",
}


def is_session_code(code: str) -> bool:
    """Tell whether a code is that of a refused session call."""
    return code in _UNKNOWN or code in _REFRESH or code == SessionErrorCode.INVALID_SESSION_DATA


def session_refusal(code: str, detail: str, errors: Sequence[RequestError], tag: str | None) -> SessionError:
    """Return the error of a code for which `is_session_code` holds."""
    if code in _UNKNOWN:
        return _UNKNOWN[code](detail, tag=tag)
    if code in _REFRESH:
        return RefreshRefused(detail, reason=_REFRESH[code], reused=code == "refresh-token-reused")
    problems = tuple(DataProblem(each.pointer, each.message) for each in errors)
    return InvalidSessionData(detail, tag=tag, problems=problems)
