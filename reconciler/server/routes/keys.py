"""What keeps the session runtime in order: the keys that tokens are made with, and the removal of old sessions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from reconciler.access import Role
from reconciler.render import key_json, pruned_json, retired_key_json
from reconciler.server.bodies import JsonBytes, parse_object
from reconciler.server.forms import read_form
from reconciler.server.moments import moment_in
from reconciler.server.openapi import described, success
from reconciler.server.problems import ProblemCode
from reconciler.server.replies import NO_STORE, reply
from reconciler.server.routes.parameters import EnvPath, ProductPath
from reconciler.server.services import services_of
from reconciler.server.session_forms import PruneForm

router = APIRouter(prefix="/v1/products/{product}", tags=["session keys"])

KeyId = Annotated[str, Path(pattern="^[A-Za-z0-9-]{1,100}$", description="The key's id.")]
_PRIVATE = {"Cache-Control": NO_STORE}


@router.get(
    "/envs/{env}/keys",
    **described(Role.ADMIN, success(200, "KeysAnswer", text="The keys."), ProblemCode.INVALID_REQUEST),
)
def list_session_keys(request: Request, product: ProductPath, env: EnvPath) -> Response:
    """List the keys of an environment, the retired ones too. No key itself is ever told."""
    keys = services_of(request).session_service.keys(product, env).list()
    return reply({"items": [key_json(each) for each in keys]}, 200, _PRIVATE)


@router.post(
    "/envs/{env}/keys/rotate",
    status_code=201,
    **described(
        Role.ADMIN,
        success(201, "KeyAnswer", text="The new key."),
        ProblemCode.INVALID_REQUEST,
        ProblemCode.KEYS_UNAVAILABLE,
    ),
)
def rotate_session_key(request: Request, product: ProductPath, env: EnvPath) -> Response:
    """Make a new key for new tokens. The old ones still open theirs, so nobody is logged out."""
    return reply(key_json(services_of(request).session_service.keys(product, env).rotate()), 201, _PRIVATE)


@router.post(
    "/envs/{env}/keys/{key_id}/retire",
    **described(
        Role.ADMIN,
        success(200, "RetiredKeyAnswer", text="The key, and whom that logged out."),
        ProblemCode.KEY_NOT_FOUND,
        ProblemCode.INVALID_REQUEST,
    ),
)
def retire_session_key(request: Request, product: ProductPath, env: EnvPath, key_id: KeyId) -> Response:
    """Take a key out of use for good: whose newest token was made with it is logged out."""
    retired = services_of(request).session_service.keys(product, env).retire(key_id)
    return reply(retired_key_json(retired), 200, _PRIVATE)


@router.post(
    "/sessions/prune",
    **described(Role.ADMIN, success(200, "PrunedAnswer", text="How many were removed."), body="PruneForm"),
)
def prune_sessions(request: Request, product: ProductPath, body: JsonBytes) -> Response:
    """Remove the sessions of all environments that were over before a moment. Totals and timelines keep them."""
    form = read_form(PruneForm, parse_object(body))
    before = moment_in(form.before, "before")
    services = services_of(request)
    pruned = services.session_service.prune(before, product=product)
    return reply(pruned_json(pruned), 200, _PRIVATE)
