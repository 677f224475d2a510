"""What a session call refuses. All are RegistryRejected, so whoever knows of no sessions still knows what to do.

A token that is not accepted is no error: see `reconciler.runtime.model.Verdict`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from reconciler.port import RegistryRejected

Reason: TypeAlias = Literal["invalid", "expired", "revoked"]


class SessionErrorCode(StrEnum):
    """The stable code of each error, for programs."""

    SESSION_TYPE_NOT_FOUND = "session-type-not-found"
    SESSION_NOT_FOUND = "session-not-found"
    USER_NOT_FOUND = "user-not-found"
    KEY_NOT_FOUND = "key-not-found"
    INVALID_SESSION_DATA = "invalid-session-data"
    REFRESH_REFUSED = "refresh-refused"


class SessionError(RegistryRejected):
    """A session call could not be carried out; `code` says why, for programs. Nothing was written."""

    code: SessionErrorCode


class UnknownSessionType(SessionError):
    """No session type has the tag. `tag` says which."""

    code = SessionErrorCode.SESSION_TYPE_NOT_FOUND


class UnknownSession(SessionError):
    """There is no session with the id, of this type and in this environment; it may have been pruned."""

    code = SessionErrorCode.SESSION_NOT_FOUND


class UnknownUser(SessionError):
    """No session of this type was ever started for the identifier, in this environment."""

    code = SessionErrorCode.USER_NOT_FOUND


class UnknownKey(SessionError):
    """There is no key with the id in this environment, or it is retired already."""

    code = SessionErrorCode.KEY_NOT_FOUND


@dataclass(frozen=True, slots=True)
class DataProblem:
    """One thing that is wrong with what a session is to be started with: a JSON pointer into the request's body."""

    pointer: str
    message: str


class InvalidSessionData(SessionError):
    """What a session is to be started with breaks the rules. `problems` holds all of it."""

    code = SessionErrorCode.INVALID_SESSION_DATA

    def __init__(
        self, message: str, *, hint: str = "", tag: str | None = None, problems: tuple[DataProblem, ...]
    ) -> None:
        super().__init__(message, hint=hint, tag=tag)
        self.problems = problems


class RefreshRefused(SessionError):
    """The refresh token is not accepted.

    `reason` is `invalid` (unknown here, or its session no longer fits its session type), `expired` or `revoked`.
    `reused` is True where the token had been used before, which has just revoked its session: worth a line in a log.
    """

    code = SessionErrorCode.REFRESH_REFUSED

    def __init__(self, message: str, *, reason: Reason, reused: bool = False, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason
        self.reused = reused
