"""The layer in front of the routes that answers the two addresses of the platform's clients, and passes on the rest."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from fastapi.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from reconciler.port import RegistryError
from reconciler.registry.ductape.extension import HEADER, MARK, VERSION
from reconciler.server.bodies import parse_object
from reconciler.server.ductape.callers import TOKEN_HEADERS, caller_of, header_secret, identified, log_in
from reconciler.server.ductape.methods import carry_out
from reconciler.server.ductape.received import body_of, call_of, is_extended
from reconciler.server.ductape.refusals import FAILED, CallRefused, Refused, told
from reconciler.server.limits import BodyLimits
from reconciler.server.problems import Refusal, request_id_of
from reconciler.server.replies import NO_STORE, reply
from reconciler.server.services import services_of
from reconciler.server.settings import Settings

EXECUTE = "/proxy/v1/sdk-proxy/execute"
LOGIN = "/users/v1/login"
# The platform on one's own machine has both below /api, for some of its clients.
_PATH = re.compile(rf"(?:/api)?({EXECUTE}|{LOGIN})")
_SENT_BY_PAGES = (*TOKEN_HEADERS, "Content-Encoding", "Content-Type", HEADER)
_log = logging.getLogger("reconciler.server")

Answer = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class _Named:
    """What logs and metrics call the route."""

    path_format: str


class DuctapeLayer:
    """Middleware. Who sends no token is told so before a body is read, unless the token may stand in the body."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._limit = settings.body_limit
        self._answers: dict[str, Answer] = {EXECUTE: self._execute, LOGIN: self._log_in}
        limited = BodyLimits(self._serve, settings, lambda _, refusal: told(refusal).response())
        self._served = _in_browsers(limited, settings.ductape_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve what is for here, and pass on the rest."""
        found = _PATH.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = _Named(found[1])
        await self._served(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if request.method == "POST":
            response = await self._answer(request, self._answers[scope["route"].path_format])
        else:
            response = Refused(405, "METHOD_NOT_ALLOWED", "This address takes POST.", {"Allow": "POST"}).response()
        await response(scope, receive, send)

    async def _answer(self, request: Request, answer: Answer) -> Response:
        try:
            return await answer(request)
        except (CallRefused, Refusal, RegistryError) as error:
            refused = told(error)
            if refused.status >= 500:  # noqa: PLR2004
                _log.error("registry error", extra={"request_id": request_id_of(request), "error": str(error)})
            return refused.extended_response(request_id_of(request)) if is_extended(request) else refused.response()
        except ClientDisconnect:
            raise
        except Exception:  # noqa: BLE001 - logged, and answered in the form that the client knows
            _log.exception("request failed", extra={"request_id": request_id_of(request)})
            return FAILED.response()

    async def _execute(self, request: Request) -> Response:
        began = perf_counter()
        secret = header_secret(request)
        if secret is not None:
            await run_in_threadpool(identified, request, secret, services_of(request).recent_tokens.learn)
        body = await body_of(request, self._limit)
        data = await run_in_threadpool(_carried_out, request, secret, body)
        return _success(
            {
                "data": data,
                "execution_time_ms": round((perf_counter() - began) * 1000),
                "request_id": request_id_of(request),
                **({MARK: [VERSION]} if is_extended(request) else {}),
            }
        )

    async def _log_in(self, request: Request) -> Response:
        body = await body_of(request, self._limit)
        result = await run_in_threadpool(lambda: log_in(request, parse_object(body)))
        return _success({"result": result}, 201)


def _in_browsers(app: ASGIApp, origins: tuple[str, ...]) -> ASGIApp:
    """Return a layer that lets the pages of some origins call. The token is sent by the page, and no cookie counts."""
    if not origins:
        return app
    return CORSMiddleware(app, origins, ["POST"], _SENT_BY_PAGES, expose_headers=["Retry-After", "X-Request-ID"])


def _carried_out(request: Request, secret: str | None, body: bytes) -> Any:
    fields = parse_object(body)
    caller = caller_of(request, secret, fields)
    return carry_out(caller, call_of(fields))


def _success(data: dict[str, Any], status: int = 200) -> Response:
    answer = {"status": True, "message": "Success", "code": "OK", "data": data}
    return reply(answer, status, {"Cache-Control": NO_STORE})
