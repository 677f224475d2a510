"""Middleware for WSGI applications, such as Flask's and Django's."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from reconciler.client.gate import Refusal, SessionGate
from reconciler.client.sources import Headers

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class WsgiSessions:
    """Puts the verified session (RequestSession, or None) on `environ["reconciler.session"]`."""

    def __init__(self, app: WSGIApplication, gate: SessionGate) -> None:
        self._app = app
        self._gate = gate

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Handle a request."""
        admission = self._gate.admit(_headers(environ))
        if isinstance(admission, Refusal):
            start_response(f"{admission.status} {HTTPStatus(admission.status).phrase}", admission.headers)
            return [b"" if environ.get("REQUEST_METHOD") == "HEAD" else admission.body]
        environ["reconciler.session"] = admission
        return self._app(environ, start_response)


def _headers(environ: WSGIEnvironment) -> Headers:
    def find(name: str) -> str | None:
        value = environ.get(f"HTTP_{name.upper().replace('-', '_')}")
        return value if isinstance(value, str) else None

    return find
