"""Answers that are no success: RFC 9457 problem documents, each with a stable code.

The codes are a contract: programs branch on them. Texts may change. An answer never repeats what an exception says
unless that was written for whoever sent the request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, Self, TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from reconciler.diagnostics import Problem
from reconciler.server.replies import MOST_ERRORS, encode
from reconciler.values import Path, json_pointer

MEDIA_TYPE = "application/problem+json"
Place: TypeAlias = Literal["body", "query", "path", "header"]


class ProblemCode(Enum):
    """A stable code (the value), its HTTP status, and its constant title."""

    def __new__(cls, code: str, status: int, title: str) -> Self:
        """Take the code as the value and keep status and title beside it."""
        member = object.__new__(cls)
        member._value_ = code
        member.status = status
        member.title = title
        return member

    status: int
    title: str

    TOKEN_MISSING = "token-missing", 401, "A token is needed"
    TOKEN_UNKNOWN = "token-unknown", 401, "The token is not known"
    TOKEN_EXPIRED = "token-expired", 401, "The token has expired"
    TOKEN_REVOKED = "token-revoked", 401, "The token was revoked"
    ROLE_FORBIDDEN = "role-forbidden", 403, "The token's role does not permit this"
    PRODUCT_FORBIDDEN = "product-forbidden", 403, "The token is for another product"
    NOT_FOUND = "not-found", 404, "Not found"
    SESSION_TYPE_NOT_FOUND = "session-type-not-found", 404, "There is no such session type"
    SESSION_NOT_FOUND = "session-not-found", 404, "There is no such session"
    USER_NOT_FOUND = "user-not-found", 404, "There is no such user"
    KEY_NOT_FOUND = "key-not-found", 404, "There is no such key in use"
    METHOD_NOT_ALLOWED = "method-not-allowed", 405, "Method not allowed"
    TAG_EXISTS = "tag-exists", 409, "The tag exists already"
    TOKEN_EXISTS = "token-exists", 409, "A token of this name exists already"
    REFRESH_TOKEN_INVALID = "refresh-token-invalid", 409, "The refresh token is not valid here"
    REFRESH_TOKEN_EXPIRED = "refresh-token-expired", 409, "The refresh token has expired"
    REFRESH_TOKEN_REVOKED = "refresh-token-revoked", 409, "The refresh token's session was revoked"
    REFRESH_TOKEN_REUSED = "refresh-token-reused", 409, "The refresh token was used before; its session is now revoked"
    STALE_RECORD = "stale-record", 412, "The record is not at the expected revision"
    REQUEST_TIMEOUT = "request-timeout", 408, "The body did not arrive in time"
    PAYLOAD_TOO_LARGE = "payload-too-large", 413, "The body is too large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type", 415, "The body's media type is not supported"
    INVALID_REQUEST = "invalid-request", 422, "The request is invalid"
    INVALID_SESSION_TYPE = "invalid-session-type", 422, "The session type is invalid"
    INVALID_SESSION_DATA = "invalid-session-data", 422, "The session's data does not fit its session type"
    IDEMPOTENCY_CONFLICT = "idempotency-conflict", 422, "The idempotency key was used for another request"
    PRECONDITION_REQUIRED = "precondition-required", 428, "If-Match is needed"
    INTERNAL_ERROR = "internal-error", 500, "Internal error"
    DATABASE_UNAVAILABLE = "database-unavailable", 503, "The database can't be used at the moment"
    KEYS_UNAVAILABLE = "keys-unavailable", 503, "The session keys can't be unlocked"


@dataclass(frozen=True, slots=True)
class InputError:
    """One thing that is wrong with a request: a JSON pointer into the part of it that `place` names."""

    pointer: str
    message: str
    hint: str = ""
    code: str = ""
    place: Place = "body"

    @classmethod
    def of(cls, problem: Problem, *, under: Path = ()) -> InputError:
        """Make one of a problem with a value that stands at `under` in the body."""
        pointer = json_pointer((*under, *problem.path))
        return cls(pointer, problem.detail, problem.hint, problem.code.value)

    def to_json(self) -> dict[str, str]:
        """Return it as JSON; hint and code only where there is one."""
        listed = {"in": self.place, "pointer": self.pointer, "message": self.message}
        return listed | {name: text for name, text in (("hint", self.hint), ("code", self.code)) if text}


class Refusal(Exception):
    """A request that is answered with a problem. Raised anywhere under a route, answered in one place."""

    def __init__(
        self,
        code: ProblemCode,
        detail: str,
        *,
        errors: Iterable[InputError] = (),
        headers: Mapping[str, str] | None = None,
        tag: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.body = ProblemBody(code, detail, tuple(errors), tag)
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True)
class ProblemBody:
    """What a problem document says, the request's id apart. `tag` is the session type that it is about, if any."""

    code: ProblemCode
    detail: str
    errors: Sequence[InputError] = ()
    tag: str | None = None

    def to_json(self, request_id: str) -> dict[str, Any]:
        """Return the document. More errors than anybody reads are cut, and counted."""
        document: dict[str, Any] = {
            "type": f"urn:reconciler:problem:{self.code.value}",
            "title": self.code.title,
            "status": self.code.status,
            "code": self.code.value,
            "detail": self.detail,
        }
        if self.tag is not None:
            document["tag"] = self.tag
        if self.errors:
            document["errors"] = [error.to_json() for error in self.errors[:MOST_ERRORS]]
        if len(self.errors) > MOST_ERRORS:
            document["errors_omitted"] = len(self.errors) - MOST_ERRORS
        return {**document, "request_id": request_id}


def problem_response(body: ProblemBody, request_id: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer for a problem."""
    content = encode(body.to_json(request_id))
    return Response(content, body.code.status, dict(headers or {}), MEDIA_TYPE)


def request_id_of(request: Request) -> str:
    """Return the id that the request was given on arrival."""
    return str(getattr(request.state, "request_id", ""))


def invalid(*errors: InputError, detail: str = "") -> Refusal:
    """Return the refusal of a request whose form is wrong."""
    return Refusal(ProblemCode.INVALID_REQUEST, detail or summary(errors), errors=errors)


def invalid_session_type(problems: Iterable[Problem], *, under: Path = (), tag: str | None = None) -> Refusal:
    """Return the refusal of a session type that breaks rules."""
    errors = tuple(InputError.of(problem, under=under) for problem in problems)
    return Refusal(ProblemCode.INVALID_SESSION_TYPE, summary(errors), errors=errors, tag=tag)


def summary(errors: Sequence[InputError]) -> str:
    """Return what is wrong in a sentence or two."""
    first = errors[0].message if errors else "The request is invalid."
    return first if len(errors) < 2 else f"{first} And {len(errors) - 1} more, see errors."  # noqa: PLR2004
