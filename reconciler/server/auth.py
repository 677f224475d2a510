"""Who may call what: `Authorization: Bearer TOKEN`, a role that each route states, and the product in its path.

Authorisation is a dependency of the route itself, so FastAPI resolves it before anything else of the request is looked
at: who may not come in learns nothing about the form of what was sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
    """A dependency that lets in tokens which have one of some roles, and keeps the token for the route and the log."""

    def __init__(self, *roles: Role) -> None:
        self._roles = roles

    def __call__(self, request: Request) -> None:
        """Authorise a request. Raises Refusal."""
        self.admit(request, authenticated(request))

    async def from_memory(self, request: Request) -> Token:
        """Authorise a request on the event loop, by what was known of its token a moment ago. Raises Refusal."""
        secret = _secret(request)
        recent = services_of(request).recent_tokens
        token = recent.known(secret)
        if token is None:
            with _refusing():
                token = await recent.learned(secret)
        self.admit(request, token)
        return token

    def admit(self, request: Request, token: Token) -> None:
        """Let a token in, or not. Raises Refusal."""
        request.state.token = token
        if not any(token.role.permits(role) for role in self._roles):
            roles = " or ".join(f"`{role}`" for role in self._roles)
            raise Refusal(
                ProblemCode.ROLE_FORBIDDEN,
                f"This needs the role {roles}; the token `{token.name}` has `{token.role}`.",
            )
        product = request.path_params.get("product")
        if product is not None and not token.covers(product):
            raise Refusal(
                ProblemCode.PRODUCT_FORBIDDEN, f"The token `{token.name}` is for the product `{token.product}` only."
            )


def authenticated(request: Request) -> Token:
    """Return the token that a request carries, as the registry knows it now. Raises Refusal."""
    secret = _secret(request)
    with _refusing():
        return services_of(request).tokens().authenticate(secret)


def _secret(request: Request) -> str:
    scheme, _, secret = request.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Refusal(
            ProblemCode.TOKEN_MISSING,
            "Send a token: `Authorization: Bearer rct_…`.",
            headers={"WWW-Authenticate": _CHALLENGE},
        )
    return secret.strip()


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except TokenRefused as refused:
        raise Refusal(
            _CODES[refused.code],
            f"{refused.message}.",
            headers={"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'},
        ) from refused


def _caller(request: Request) -> Token:
    return cast("Token", request.state.token)


Caller = Annotated[Token, Depends(_caller)]
