"""The routes, one module for each resource."""

from reconciler.server.routes import changesets, health, history, impact, session_types, tokens

ROUTERS = (session_types.router, changesets.router, history.router, impact.router, tokens.router, health.router)

__all__ = ["ROUTERS"]
