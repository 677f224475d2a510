"""Who may call what: `Authorization: Bearer TOKEN`, a role that each route states, and the product in its path.

Authorisation is a dependency of the route itself, so FastAPI resolves it before anything else of the request is looked
at: who may not come in learns nothing about the form of what was sent.
"""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request

from reconciler.access import Role, Token, TokenRefused
from reconciler.server.problems import ProblemCode, Refusal
from reconciler.server.services import services_of

_CODES = {
    "token-unknown": ProblemCode.TOKEN_UNKNOWN,
    "token-expired": ProblemCode.TOKEN_EXPIRED,
    "token-revoked": ProblemCode.TOKEN_REVOKED,
}
_CHALLENGE = 'Bearer realm="reconciler"'


class Needs:
    """A dependency that lets in tokens which have a role, and keeps the token for the route and the log."""

    def __init__(self, role: Role) -> None:
        self._role = role

    def __call__(self, request: Request) -> None:
        """Authorise a request. Raises Refusal."""
        token = authenticated(request)
        request.state.token = token
        if not token.role.permits(self._role):
            raise Refusal(
                ProblemCode.ROLE_FORBIDDEN,
                f"This needs the role `{self._role}`; the token `{token.name}` has `{token.role}`.",
            )
        product = request.path_params.get("product")
        if product is not None and not token.covers(product):
            raise Refusal(
                ProblemCode.PRODUCT_FORBIDDEN, f"The token `{token.name}` is for the product `{token.product}` only."
            )


def authenticated(request: Request) -> Token:
    """Return the token that a request carries, as the registry knows it now. Raises Refusal."""
    scheme, _, secret = request.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Refusal(
            ProblemCode.TOKEN_MISSING,
            "Send a token: `Authorization: Bearer rct_…`.",
            headers={"WWW-Authenticate": _CHALLENGE},
        )
    try:
        return services_of(request).tokens().authenticate(secret.strip())
    except TokenRefused as refused:
        raise Refusal(
            _CODES[refused.code],
            f"{refused.message}.",
            headers={"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'},
        ) from refused


def _caller(request: Request) -> Token:
    return cast("Token", request.state.token)


Caller = Annotated[Token, Depends(_caller)]
