"""Every exception that can leave a route, as a problem. The one place that knows both.

The registry's own messages are written for users and are passed on, except for those of an unavailable database: they
name files and hosts, and go to the log.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from reconciler.port import (
    IdempotencyConflict,
    InvalidSessionType,
    RegistryError,
    RegistryRejected,
    RegistryUnavailable,
    StaleRecord,
    TagExists,
)
from reconciler.server.methods import allowed_methods
from reconciler.server.problems import (
    InputError,
    Place,
    ProblemBody,
    ProblemCode,
    Refusal,
    invalid,
    invalid_session_type,
    problem_response,
    request_id_of,
)
from reconciler.server.session_refusals import session_refusal
from reconciler.values import json_pointer

RETRY_SECONDS = "2"
_log = logging.getLogger("reconciler.server")

Handler = Callable[[Request, Any], Awaitable[Response]]


def answer_errors(app: FastAPI) -> None:
    """Make the application answer every foreseen exception with a problem."""
    handlers: dict[type[Exception], Handler] = {
        Refusal: _answered,
        RegistryError: _answered,
        RequestValidationError: _invalid_parameters,
        HTTPException: _http_exception,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def refusal_of(error: RegistryError) -> Refusal:
    """Return the problem that a registry's error is to whoever sent the request."""
    detail = " ".join(filter(None, (f"{error.message}.", error.hint)))
    if refusal := session_refusal(error, detail):
        return refusal
    match error:
        case RegistryUnavailable():
            detail = "The registry's database can't be used at the moment. Nothing is known to be lost; try again."
            return Refusal(ProblemCode.DATABASE_UNAVAILABLE, detail, headers={"Retry-After": RETRY_SECONDS})
        case TagExists():
            return Refusal(ProblemCode.TAG_EXISTS, detail, tag=error.tag)
        case StaleRecord():
            return Refusal(ProblemCode.STALE_RECORD, detail, tag=error.tag)
        case InvalidSessionType() if error.problems:
            return invalid_session_type(error.problems, tag=error.tag)
        case InvalidSessionType():
            return Refusal(ProblemCode.INVALID_SESSION_TYPE, detail, errors=[InputError("", detail)], tag=error.tag)
        case IdempotencyConflict():
            at_key = InputError("/Idempotency-Key", detail, place="header")
            return Refusal(ProblemCode.IDEMPOTENCY_CONFLICT, detail, errors=[at_key])
        case RegistryRejected():
            return invalid(InputError("", detail))
        case _:
            return Refusal(ProblemCode.INTERNAL_ERROR, "The registry failed in a way that it should not.")


def answer_of(request: Request, error: Refusal | RegistryError) -> Response:
    """Return the answer for an error, and log what is the server's own fault."""
    if isinstance(error, Refusal):
        return problem_response(error.body, request_id_of(request), error.headers)
    refusal = refusal_of(error)
    if refusal.body.code.status >= 500:  # noqa: PLR2004
        said = {"error": error.message, "hint": error.hint or None}
        _log.error("registry error", extra={"request_id": request_id_of(request), **said})
    return answer_of(request, refusal)


async def _answered(request: Request, error: Refusal | RegistryError) -> Response:
    return answer_of(request, error)


async def _invalid_parameters(request: Request, error: RequestValidationError) -> Response:
    return answer_of(request, invalid(*(_parameter_error(each) for each in error.errors())))


def _parameter_error(error: dict[str, Any]) -> InputError:
    place, *path = error["loc"]
    if error["type"] == "extra_forbidden":
        return InputError(json_pointer(tuple(path)), f"There is no parameter `{path[-1]}`.", place=cast("Place", place))
    name = path[-1] if path else place
    return InputError(json_pointer(tuple(path)), f"`{name}`: {error['msg']}.", place=cast("Place", place))


async def _http_exception(request: Request, error: HTTPException) -> Response:
    """Answer what the framework itself refuses."""
    request_id = request_id_of(request)
    match error.status_code:
        case 404:
            body = ProblemBody(ProblemCode.NOT_FOUND, "There is nothing at this address.")
            return problem_response(body, request_id)
        case 405:
            methods = ", ".join(allowed_methods(request.app, request.url.path)) or "GET"
            body = ProblemBody(ProblemCode.METHOD_NOT_ALLOWED, f"This address takes {methods}.")
            return problem_response(body, request_id, {"Allow": methods})
        case _:
            body = ProblemBody(ProblemCode.INVALID_REQUEST, "The request can't be understood.")
            return problem_response(body, request_id)
