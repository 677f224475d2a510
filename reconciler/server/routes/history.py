"""The history: every write there ever was."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Query as InQuery
from pydantic import Field

from reconciler.access import Role
from reconciler.server.models import REVISION_MAX
from reconciler.server.openapi import described, success
from reconciler.server.problems import ProblemCode
from reconciler.server.replies import reply
from reconciler.server.reports import history_json
from reconciler.server.routes.parameters import PAGE, Limit, ProductPath, Query
from reconciler.server.services import services_of
from reconciler.session_type.rules import TAG_PATTERN

router = APIRouter(prefix="/v1/products/{product}/history", tags=["history"])


class HistoryQuery(Query):
    """Which entries."""

    tag: Annotated[str | None, Field(pattern=TAG_PATTERN, description="Only of this session type.")] = None
    after: Annotated[int, Field(ge=0, le=REVISION_MAX, description="Only those with a greater revision.")] = 0
    limit: Limit = PAGE


@router.get("", **described(Role.READ, success(200, "HistoryAnswer", text="A page."), ProblemCode.INVALID_REQUEST))
def list_history(request: Request, product: ProductPath, query: Annotated[HistoryQuery, InQuery()]) -> Response:
    """Give a page of the history, oldest first."""
    reader = services_of(request).reader(product)
    return reply(history_json(reader, tag=query.tag, after=query.after, limit=query.limit))
