"""The outermost layer: gives each request an id, logs and counts its answer, and lets no exception pass.

Neither query strings nor header values are logged: a token may stand there by mistake.
"""

from __future__ import annotations

import logging
import os
import re
import time
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reconciler.server.metrics import Metrics
from reconciler.server.problems import ProblemBody, ProblemCode, problem_response

_log = logging.getLogger("reconciler.server.requests")
_SANE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}")
_CLIENT_GONE = 499
_OK = 200
_PROBES = frozenset({"/healthz", "/readyz", "/metrics"})


@dataclass(slots=True)
class _Answer:
    status: int = 0
    bytes: int = 0


class _Watched:
    """A `send` that notes status and size, and adds the headers of every answer."""

    def __init__(self, send: Send, request_id: str, answer: _Answer) -> None:
        self._send = send
        self.request_id = request_id
        self.answer = answer

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.answer.status = message["status"]
            headers = message["headers"]
            if not any(name == b"cache-control" for name, _ in headers):
                headers = [*headers, (b"cache-control", b"no-store")]
            named = (b"x-request-id", self.request_id.encode())
            message = {**message, "headers": [*headers, named, (b"x-content-type-options", b"nosniff")]}
        elif message["type"] == "http.response.body":
            self.answer.bytes += len(message.get("body", b""))
        await self._send(message)


class Observed:
    """Middleware around everything else."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and say so."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        answer, began = _Answer(), time.perf_counter()
        self._metrics.arrived()
        try:
            await self._answer(scope, receive, _Watched(send, request_id, answer))
        except ClientDisconnect:
            answer.status = _CLIENT_GONE
        finally:
            seconds = time.perf_counter() - began
            self._metrics.answered(scope["method"], _route(scope), answer.status, seconds)
            _say(_level(scope, answer), _line(scope, answer, seconds))

    async def _answer(self, scope: Scope, receive: Receive, send: _Watched) -> None:
        try:
            await self._app(scope, receive, send)
        except ClientDisconnect:
            raise
        except Exception:
            _log.exception("request failed", extra={"request_id": send.request_id})
            if send.answer.status:
                raise  # half an answer is out; the server can only cut the connection
            body = ProblemBody(ProblemCode.INTERNAL_ERROR, "Something went wrong here. The log knows the request_id.")
            await problem_response(body, send.request_id)(scope, receive, send)


def _say(level: int, line: dict[str, Any]) -> None:
    """Log a line. The record is made by hand: to find out where it was made would cost as much as to write it."""
    if _log.isEnabledFor(level):
        record = logging.LogRecord(_log.name, level, __file__, 0, "request", (), None)
        record.__dict__.update(line)
        _log.handle(record)


def _request_id(scope: Scope) -> str:
    """Take over the id that a proxy gave, if it is one that may stand in logs."""
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _SANE_ID.fullmatch(given) else os.urandom(16).hex()


def _route(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path_format", "unmatched"))


def _path(scope: Scope) -> str:
    """Return the path as the log may have it: a user's identifier may be a mail address, and belongs in no log."""
    return _route(scope) if "identifier" in scope.get("path_params", ()) else str(scope["path"])


def _level(scope: Scope, answer: _Answer) -> int:
    """Keep out of the log what asks every few seconds, as long as all is well."""
    return logging.DEBUG if scope["path"] in _PROBES and answer.status == _OK else logging.INFO


def _line(scope: Scope, answer: _Answer, seconds: float) -> dict[str, Any]:
    token = scope["state"].get("token")
    client = scope.get("client")
    return {
        "request_id": scope["state"]["request_id"],
        "method": scope["method"],
        "path": _path(scope),
        "call": scope["state"].get("call"),
        "status": answer.status,
        "milliseconds": round(seconds * 1000, 1),
        "bytes": answer.bytes,
        "token": token and token.name,
        "client": client[0] if client else None,
    }
