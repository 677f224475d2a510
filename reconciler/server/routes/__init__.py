"""The routes, one module for each resource."""

from reconciler.server.routes import (
    changesets,
    health,
    history,
    impact,
    keys,
    session_reports,
    session_types,
    sessions,
    tokens,
    verify,
)

ROUTERS = tuple(
    module.router
    for module in (
        session_types,
        changesets,
        history,
        impact,
        sessions,
        verify,
        session_reports,
        keys,
        tokens,
        health,
    )
)

__all__ = ["ROUTERS"]
