"""The sessions that an address names: of a product, in an environment, of a type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from reconciler.registry.store.sessions.service import StoredSessions
from reconciler.server.routes.parameters import EnvPath, ProductPath, TagPath
from reconciler.server.services import services_of


@dataclass(frozen=True, slots=True)
class Addressed:
    """The sessions, on behalf of the request's token, and the names that calls and answers need."""

    env: str
    tag: str
    sessions: StoredSessions


# Not a plain `def`, which would cost a thread's turn: nothing here waits for the database, which is open by now.
async def addressed(request: Request, product: ProductPath, env: EnvPath, tag: TagPath) -> Addressed:
    """Return what the request's address names."""
    return Addressed(env, tag, services_of(request).sessions(product, env, request.state.token))


Address = Annotated[Addressed, Depends(addressed)]
