"""The application: routes, with the layers around them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from reconciler.server.errors import answer_errors
from reconciler.server.hot_path import HotPath
from reconciler.server.limits import BodyLimits
from reconciler.server.observe import Observed
from reconciler.server.openapi import use_document
from reconciler.server.routes import ROUTERS
from reconciler.server.services import Services
from reconciler.server.settings import Settings

_COMPRESS_FROM = 1024
# Level 1 makes a list ten times smaller; level 9, the default, a sixth smaller than that, in eight times the time.
_COMPRESS_LEVEL = 1


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


def create_app(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    """Make the application. It opens its database with the first request that needs it, and closes it at the end."""
    services = Services(settings, clock)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        services.close()

    app = FastAPI(
        lifespan=lifespan,
        # The pages would load their scripts from somebody else's server.
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        middleware=[
            Middleware(Observed, metrics=services.metrics),
            Middleware(HotPath, settings=settings),
            Middleware(GZipMiddleware, minimum_size=_COMPRESS_FROM, compresslevel=_COMPRESS_LEVEL),
            *_for_ductape_clients(settings),
            Middleware(BodyLimits, settings=settings),
        ],
    )
    app.state.services = services
    answer_errors(app)
    for router in ROUTERS:
        app.include_router(router)
    use_document(app)
    return app


def _for_ductape_clients(settings: Settings) -> list[Middleware]:
    if not settings.ductape:
        return []
    from reconciler.server.ductape import DuctapeLayer  # noqa: PLC0415 - what nobody asked for is not even loaded

    return [Middleware(DuctapeLayer, settings=settings)]
