"""Refusals in the platform's form: `{status: false, message, code}`, with an HTTP status that its clients know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from reconciler.port import RegistryError
from reconciler.registry.ductape.extension import MARK, PROBLEM, VERSION
from reconciler.server.errors import refusal_of
from reconciler.server.problems import InputError, ProblemBody, ProblemCode, Refusal
from reconciler.server.replies import MOST_ERRORS, NO_STORE, reply

# The codes that the platform's documents name for sessions. What they call a session is a session type here, too.
_CODES = {
    ProblemCode.SESSION_TYPE_NOT_FOUND: "SESSION_NOT_FOUND",
    ProblemCode.INVALID_SESSION_DATA: "CREATE_FAILED",
    ProblemCode.REFRESH_TOKEN_INVALID: "REFRESH_FAILED",
    ProblemCode.REFRESH_TOKEN_EXPIRED: "REFRESH_FAILED",
    ProblemCode.REFRESH_TOKEN_REVOKED: "REFRESH_FAILED",
    ProblemCode.REFRESH_TOKEN_REUSED: "REFRESH_FAILED",
    ProblemCode.KEYS_UNAVAILABLE: "JWT_NOT_AVAILABLE",
}
_STATUSES = {412: 409, 422: 400}


@dataclass(frozen=True, slots=True)
class Refused:
    """What is told of a call that was not carried out."""

    status: int
    code: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)
    problem: ProblemBody | None = None

    def response(self) -> Response:
        """Return the answer."""
        return self._reply({})

    def extended_response(self, request_id: str) -> Response:
        """Return the answer for those who ask for the extension: with all that is known of what is wrong."""
        problem = {PROBLEM: self.problem.to_json(request_id)} if self.problem else {}
        return self._reply({MARK: [VERSION], **problem})

    def _reply(self, more: Mapping[str, Any]) -> Response:
        body = {"status": False, "message": self.message, "code": self.code, **more}
        return reply(body, self.status, {**self.headers, "Cache-Control": NO_STORE})


class CallRefused(Exception):
    """A call that only the platform's clients could make is refused, and how."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.refused = Refused(status, code, message, headers or {})


FAILED = Refused(500, "INTERNAL_ERROR", "Something went wrong here. The server's log knows the request.")


def not_authorized() -> CallRefused:
    """Return the refusal of a call without a token."""
    message = "user not authorized: send a token of this registry in `x-access-token` or `Authorization: Bearer`"
    return CallRefused(401, "TOKEN_MISSING", message)


def undecrypted() -> CallRefused:
    """Return the refusal of an envelope that is none, or of another key."""
    return CallRefused(400, "DECRYPTION_FAILED", "Failed to decrypt payload")


def told(error: CallRefused | Refusal | RegistryError) -> Refused:
    """Return what is told of an error."""
    if isinstance(error, CallRefused):
        return error.refused
    refusal = error if isinstance(error, Refusal) else refusal_of(error)
    code = refusal.body.code
    headers = {name: value for name, value in refusal.headers.items() if name != "WWW-Authenticate"}
    spelled = _CODES.get(code, code.value.upper().replace("-", "_"))
    return Refused(_STATUSES.get(code.status, code.status), spelled, _message(refusal), headers, refusal.body)


def _message(refusal: Refusal) -> str:
    """Return everything that is wrong in one text: the platform's form has no place for a list."""
    errors = refusal.body.errors
    if not errors:
        return refusal.body.detail
    cut = f" And {len(errors) - MOST_ERRORS} more." if len(errors) > MOST_ERRORS else ""
    return " ".join(map(_at_place, errors[:MOST_ERRORS])) + cut


def _at_place(error: InputError) -> str:
    where = f"{error.pointer.removeprefix('/').replace('/', '.')}: " if error.pointer else ""
    return " ".join(filter(None, (where + error.message, error.hint)))
