"""Refuses bodies that are too large: by their Content-Length at once, and while they arrive where none is given."""

from __future__ import annotations

import re
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reconciler.server.problems import ProblemCode, Refusal, problem_response, request_id_of
from reconciler.server.settings import Settings

_DRAIN_BYTES = 64 * 2**20
_CHANGESETS = re.compile(r"/v1/products/[^/]+/changesets")


def _problem(request: Request, refusal: Refusal) -> Response:
    return problem_response(refusal.body, request_id_of(request), refusal.headers)


class BodyLimits:
    """Middleware. Raises Refusal into whatever reads the body, or answers by itself before anything does."""

    def __init__(
        self, app: ASGIApp, settings: Settings, answer: Callable[[Request, Refusal], Response] = _problem
    ) -> None:
        self._app = app
        self._settings = settings
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with its body counted."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        limit = self._limit(scope["path"])
        if _announced(request) > limit:
            await _drain(receive)
            answer = self._answer(request, too_large(limit))
            answer.headers["Connection"] = "close"
            await answer(scope, receive, send)
            return
        await self._app(scope, _counted(receive, limit), send)

    def _limit(self, path: str) -> int:
        return self._settings.changeset_limit if _CHANGESETS.fullmatch(path) else self._settings.body_limit


async def _drain(receive: Receive) -> None:
    """Read what is still coming, within bounds: a proxy takes an answer before its last byte for a broken server."""
    drained = 0
    while drained < _DRAIN_BYTES:
        message = await receive()
        drained += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            return


def _announced(request: Request) -> int:
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdecimal() and len(length) < 20 else 0  # noqa: PLR2004


def _counted(receive: Receive, limit: int) -> Receive:
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        if message["type"] == "http.request":
            received += len(message.get("body", b""))
            if received > limit:
                raise too_large(limit)
        return message

    return counted


def too_large(limit: int) -> Refusal:
    """Return the refusal of a body that has more bytes than that."""
    return Refusal(ProblemCode.PAYLOAD_TOO_LARGE, f"The body may have {limit} bytes at most.")
