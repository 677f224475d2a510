"""The impact of all session types of a product, for a plan that changes several of them."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from reconciler.access import Role
from reconciler.server.openapi import described, success
from reconciler.server.problems import ProblemCode
from reconciler.server.replies import reply
from reconciler.server.reports import impacts_json
from reconciler.server.routes.parameters import ProductPath
from reconciler.server.services import services_of

router = APIRouter(prefix="/v1/products/{product}/impact", tags=["session types"])


@router.get("", **described(Role.READ, success(200, "ImpactsAnswer", text="The impacts."), ProblemCode.INVALID_REQUEST))
def list_impacts(request: Request, product: ProductPath) -> Response:
    """Tell the live sessions and users of each type, as far as they are known. One that is not named is unknown."""
    return reply(impacts_json(services_of(request).reader(product)))
