"""The hot path: a layer that serves `verify` by itself, past FastAPI and the layers that it has no use for.

Verdicts are too short to be compressed, and their body is read and authorised by the function itself. What remains is
a limit to the body, and errors that are answered as everywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from reconciler.port import RegistryError
from reconciler.server.errors import answer_of
from reconciler.server.limits import BodyLimits
from reconciler.server.problems import Refusal
from reconciler.server.routes.verify import VERIFY_PATH, verify_session
from reconciler.server.settings import Settings

_FORM = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", VERIFY_PATH))


@dataclass(frozen=True, slots=True)
class _Named:
    """What logs and metrics call the route."""

    path_format: str = VERIFY_PATH


_ROUTE = _Named()


class HotPath:
    """Middleware."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._verify = BodyLimits(_verify, settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve what is for here, and pass on the rest."""
        form = _FORM.fullmatch(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if form is None:
            await self._app(scope, receive, send)
            return
        scope["path_params"] = form.groupdict()
        scope["route"] = _ROUTE
        await self._verify(scope, receive, send)


async def _verify(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope, receive, send)
    try:
        answer = await verify_session(request)
    except (Refusal, RegistryError) as error:
        answer = answer_of(request, error)
    await answer(scope, receive, send)
