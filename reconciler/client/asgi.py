"""Middleware for ASGI applications, such as Starlette's and FastAPI's, on asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

from reconciler.client.gate import Admission, Open, Refusal, SessionGate
from reconciler.client.sources import Headers

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

# As many requests at once as the client keeps connections for.
_THREADS = 32
# "Policy violation": of the codes that a WebSocket may be closed with, the one for who may not come in; 1013 is
# "try again later".
_CLOSED_FOR = {401: 1008, 503: 1013}


class AsgiSessions:
    """Puts the verified session on the request: a RequestSession, or None.

    It is at `scope["state"]["session"]`, which is Starlette's `request.state.session`, and at
    `scope["reconciler.session"]`.

    The registry is asked in a thread, so the event loop does not wait. A WebSocket that is not let in is closed before
    it opens, with 1008, or with 1013 while the registry can't be asked.
    """

    def __init__(self, app: App, gate: SessionGate) -> None:
        self._app = app
        self._gate = gate
        # The application's own, so that a registry which hangs holds up nothing else that it does in threads.
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="reconciler-sessions")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        admission = await self._admit(_headers(scope))
        if isinstance(admission, Refusal):
            await _refuse(scope, receive, send, admission)
            return
        scope.setdefault("state", {})["session"] = admission
        scope["reconciler.session"] = admission
        await self._app(scope, receive, send)

    async def _admit(self, headers: Headers) -> Admission:
        token = self._gate.token(headers)
        known = self._gate.at_once(token)
        if not isinstance(known, Open):
            return known
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._gate.ask, known.token)


def _headers(scope: Scope) -> Headers:
    """Look headers up; of several with one name the first counts, but cookies come in pieces over HTTP/2."""

    def find(name: str) -> str | None:
        wanted = name.encode("latin-1", "replace")
        found = [value.decode("latin-1") for given, value in scope["headers"] if given.lower() == wanted]
        if not found:
            return None
        return "; ".join(found) if name == "cookie" else found[0]

    return find


async def _refuse(scope: Scope, receive: Receive, send: Send, refusal: Refusal) -> None:
    if scope["type"] == "websocket":
        await receive()  # the connection, which must be taken before it is refused
        await send({"type": "websocket.close", "code": _CLOSED_FOR[refusal.status], "reason": refusal.code})
        return
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in refusal.headers]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    body = b"" if scope["method"] == "HEAD" else refusal.body
    await send({"type": "http.response.body", "body": body})
