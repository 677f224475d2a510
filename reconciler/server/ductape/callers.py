"""Who calls: a token of this registry, in whichever place the platform's clients carry theirs; and the login.

How the vendor's own clients send a publishable key is not published, so each likely place is looked at. There is no
second kind of key behind it: it is a token like any other, and its role says what it may do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from reconciler.access import Role, Token, TokenRefused
from reconciler.server.auth import Needs
from reconciler.server.ductape.refusals import CallRefused, not_authorized
from reconciler.server.services import Services, services_of
from reconciler.values import JsonObject

WORKSPACE = "reconciler"
TOKEN_HEADERS = ("X-Access-Token", "Authorization", "X-Publishable-Key")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a call, and where it is carried out."""

    request: Request
    token: Token

    @property
    def services(self) -> Services:
        """What routes work with."""
        return services_of(self.request)

    def require(self, roles: tuple[Role, ...], product: str) -> None:
        """Let the caller at a product, or not. Raises Refusal."""
        # The product stands in the path of every other route, and is looked for there.
        self.request.scope["path_params"] = {"product": product}
        Needs(*roles).admit(self.request, self.token)


def header_secret(request: Request) -> str | None:
    """Return the token in a request's headers. Raises CallRefused for headers that hold different ones."""
    access, authorization, publishable = (request.headers.get(name, "") for name in TOKEN_HEADERS)
    scheme, _, bearer = authorization.strip().partition(" ")
    given = (access, bearer if scheme.lower() == "bearer" else "", publishable)
    found = {secret.strip() for secret in given} - {""}
    if len(found) > 1:
        raise CallRefused(401, "TOKEN_UNKNOWN", "The headers hold different tokens")
    return next(iter(found), None)


def identified(request: Request, secret: str, authenticate: Callable[[str], Token]) -> Caller:
    """Return who a secret is of. Raises CallRefused."""
    try:
        token = authenticate(secret)
    except TokenRefused as refused:
        code = refused.code.upper().replace("-", "_")
        raise CallRefused(401, code, f"user not authorized: {refused.message}") from refused
    request.state.token = token
    return Caller(request, token)


def caller_of(request: Request, secret: str | None, body: JsonObject) -> Caller:
    """Return who makes a call: by its headers, or by the publishable key in its body. Raises CallRefused."""
    recent = services_of(request).recent_tokens
    if secret is None:
        named = body.get("publishable_key")
        if not isinstance(named, str) or not named.strip():
            raise not_authorized()
        return identified(request, named.strip(), recent.learn)
    # Looked at once more where the body took its time: the token may have been revoked while it came.
    return identified(request, secret, lambda known: recent.known(known) or recent.learn(known))


def log_in(request: Request, body: JsonObject) -> dict[str, Any]:
    """Exchange a token's name and secret for what the platform's clients keep of a login. Raises CallRefused."""
    email, password = body.get("email"), body.get("password")
    if not isinstance(email, str) or not isinstance(password, str):
        raise CallRefused(400, "INVALID_REQUEST", "A login has `email`, a token's name, and `password`, its secret")
    try:
        token = services_of(request).tokens().authenticate(password.strip())
    except TokenRefused:
        raise _wrong_login() from None
    if token.name.casefold() != email.strip().casefold():
        raise _wrong_login()
    request.state.token = token
    return {
        "_id": token.id,
        "email": email,
        "firstname": token.name,
        "lastname": "",
        "active": True,
        "verified": True,
        "auth_token": password.strip(),
        "public_key": public_key("token", token.id),
        "workspaces": [_workspace(token)],
    }


def public_key(kind: str, name: str) -> str:
    """Return the key that envelopes may be encrypted with. It stands beside each, and any other would do."""
    return f"pk_{hashlib.sha256(f'{kind} {name}'.encode(errors='replace')).hexdigest()[:32]}"


def _wrong_login() -> CallRefused:
    return CallRefused(401, "INVALID_CREDENTIALS", "Invalid email or password")


def _workspace(token: Token) -> dict[str, Any]:
    return {
        "workspace_id": WORKSPACE,
        "workspace_name": WORKSPACE,
        "user_id": token.id,
        "default": True,
        "accepted": True,
        "access_level": token.role.value,
        "defaultEnvs": [],
    }
