"""What operators and their tools ask: is it alive, is it ready, how does it fare, what can it do. No token needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from starlette.responses import PlainTextResponse

from reconciler.server.metrics import CONTENT_TYPE
from reconciler.server.openapi import described, success
from reconciler.server.problems import ProblemCode
from reconciler.server.replies import NO_STORE, reply
from reconciler.server.services import services_of

router = APIRouter(tags=["operation"])

_Found = TypeVar("_Found")
_FRESH = {"Cache-Control": NO_STORE}


def _plain(media_type: str, kind: str) -> dict[int | str, dict[str, Any]]:
    [(status, answer)] = success(200, None).items()
    return {status: {**answer, "content": {media_type: {"schema": {"type": kind}}}}}


@router.get("/healthz", **described(None, success(200, "HealthAnswer", text="Alive.")))
async def healthz() -> Response:
    """Tell that the process answers. The database is not asked: a restart would not bring it back."""
    return reply({"status": "ok"}, headers=_FRESH)


@router.get(
    "/readyz",
    **described(
        None,
        success(200, "HealthAnswer", text="Ready."),
        ProblemCode.DATABASE_UNAVAILABLE,
        ProblemCode.KEYS_UNAVAILABLE,
    ),
)
async def readyz(request: Request) -> Response:
    """Tell whether the process can serve: its database answers, and the session keys in use there can be unlocked."""
    services = services_of(request)

    def ask() -> None:
        # Readers always find a connection, see `WRITERS` of the store.
        services.reader("").product_revision()
        services.check_keys()

    await _apart(request, ask)
    return reply({"status": "ready"}, headers=_FRESH)


@router.get("/metrics", response_class=PlainTextResponse, **described(None, _plain("text/plain", "string")))
async def metrics(request: Request) -> Response:
    """Give the metrics in Prometheus' text form."""
    text = await _apart(request, services_of(request).metrics.exposition)
    return Response(text, headers=_FRESH, media_type=CONTENT_TYPE)


@router.get("/openapi.json", **described(None, _plain("application/json", "object")))
async def openapi(request: Request) -> Response:
    """Give this document."""
    return reply(request.app.openapi())


async def _apart(request: Request, ask: Callable[[], _Found]) -> _Found:
    """Ask in a thread of its own: all others may be waiting for a lock, which is when operators look."""
    return await to_thread.run_sync(ask, limiter=services_of(request).probes)
