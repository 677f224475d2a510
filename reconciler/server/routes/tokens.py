"""Tokens: make, list, revoke. Only for admins; one who is bound to a product sees and makes tokens of that product."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from reconciler.access import Role, Token
from reconciler.port import RegistryRejected
from reconciler.render import token_json
from reconciler.server.auth import Caller
from reconciler.server.bodies import JsonBytes, parse_object
from reconciler.server.forms import read_form
from reconciler.server.models import TokenForm
from reconciler.server.moments import moment_in
from reconciler.server.openapi import described, success
from reconciler.server.problems import InputError, ProblemCode, Refusal, invalid
from reconciler.server.replies import NO_STORE, reply
from reconciler.server.services import services_of

router = APIRouter(prefix="/v1/tokens", tags=["tokens"])

TokenId = Annotated[str, Path(pattern="^[A-Za-z0-9-]{1,100}$", description="The token's id.")]
_PRIVATE = {"Cache-Control": NO_STORE}


@router.post(
    "",
    status_code=201,
    **described(
        Role.ADMIN,
        success(201, "NewTokenAnswer", text="The token, and for this once its secret."),
        ProblemCode.TOKEN_EXISTS,
        body="TokenForm",
    ),
)
def create_token(request: Request, caller: Caller, body: JsonBytes) -> Response:
    """Make a token."""
    form = read_form(TokenForm, parse_object(body))
    services = services_of(request)
    if not _may_manage(caller, form.product):
        detail = f"The token `{caller.name}` may make tokens of the product `{caller.product}` only."
        raise Refusal(ProblemCode.PRODUCT_FORBIDDEN, detail, errors=[InputError("/product", detail)])
    expires_at = _expiry(form.expires_at, services.clock())
    try:
        token, secret = services.tokens().create(
            form.name, Role(form.role), product=form.product, expires_at=expires_at
        )
    except RegistryRejected as error:
        raise Refusal(
            ProblemCode.TOKEN_EXISTS, f"{error.message}.", errors=[InputError("/name", f"{error.message}.", error.hint)]
        ) from error
    return reply(token_json(token) | {"secret": secret}, 201, _PRIVATE)


@router.get("", **described(Role.ADMIN, success(200, "TokensAnswer", text="The tokens.")))
def list_tokens(request: Request, caller: Caller) -> Response:
    """List the tokens, revoked and expired ones too."""
    tokens = services_of(request).tokens().list()
    return reply({"items": [token_json(each) for each in tokens if _may_manage(caller, each.product)]}, 200, _PRIVATE)


@router.delete(
    "/{token_id}",
    **described(
        Role.ADMIN,
        success(200, "TokenAnswer", text="The token, revoked."),
        ProblemCode.NOT_FOUND,
        ProblemCode.INVALID_REQUEST,
    ),
)
def revoke_token(request: Request, caller: Caller, token_id: TokenId) -> Response:
    """Revoke a token: from now on it is refused. Revoking it again changes nothing."""
    services = services_of(request)
    if not any(each.id == token_id and _may_manage(caller, each.product) for each in services.tokens().list()):
        raise Refusal(ProblemCode.NOT_FOUND, f"There is no token with the id `{token_id}`.")
    return reply(token_json(services.tokens().revoke(token_id)), 200, _PRIVATE)


def _may_manage(caller: Token, product: str | None) -> bool:
    return caller.product is None or caller.product == product


def _expiry(spelled: str | None, now: datetime) -> datetime | None:
    if spelled is None:
        return None
    at = moment_in(spelled, "expires_at")
    if at <= now:
        raise invalid(InputError("/expires_at", "`expires_at` must be later than now."))
    return at
