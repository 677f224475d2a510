"""What operators and their tools ask: is it alive, is it ready, how does it fare, what can it do. No token needed."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.responses import PlainTextResponse

from reconciler.server.metrics import CONTENT_TYPE
from reconciler.server.openapi import described, success
from reconciler.server.problems import ProblemCode
from reconciler.server.replies import NO_STORE, reply
from reconciler.server.services import services_of

router = APIRouter(tags=["operation"])

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
    **described(None, success(200, "HealthAnswer", text="Ready."), ProblemCode.DATABASE_UNAVAILABLE),
)
def readyz(request: Request) -> Response:
    """Tell whether the process can serve: its database answers."""
    services_of(request).reader("").product_revision()
    return reply({"status": "ready"}, headers=_FRESH)


@router.get("/metrics", response_class=PlainTextResponse, **described(None, _plain("text/plain", "string")))
def metrics(request: Request) -> Response:
    """Give the metrics in Prometheus' text form."""
    return Response(services_of(request).metrics.exposition(), headers=_FRESH, media_type=CONTENT_TYPE)


@router.get("/openapi.json", **described(None, _plain("application/json", "object")))
async def openapi(request: Request) -> Response:
    """Give this document."""
    return reply(request.app.openapi())
