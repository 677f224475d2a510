"""Changesets: several writes as one."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from reconciler.access import Role
from reconciler.server.auth import Caller
from reconciler.server.bodies import JsonBytes, parse_object
from reconciler.server.changesets import commit
from reconciler.server.openapi import described, success
from reconciler.server.problems import ProblemCode
from reconciler.server.replies import reply
from reconciler.server.routes.parameters import ProductPath
from reconciler.server.services import services_of

router = APIRouter(prefix="/v1/products/{product}/changesets", tags=["changesets"])


@router.post(
    "",
    **described(
        Role.WRITE,
        success(200, "CommitAnswer", text="All writes are in."),
        ProblemCode.TAG_EXISTS,
        ProblemCode.STALE_RECORD,
        ProblemCode.INVALID_SESSION_TYPE,
        body="ChangesetForm",
    ),
)
def commit_changeset(request: Request, product: ProductPath, caller: Caller, body: JsonBytes) -> Response:
    """Carry out all writes in their order, or none. A problem's `tag` says which write stood in the way."""
    return reply(commit(services_of(request).store(product, caller), parse_object(body)))
