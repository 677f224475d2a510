"""`/v1/tokens` of a registry server, as `reconciler token` needs it. The one place here that knows the HTTP library."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

import httpx

from reconciler.access import Role, Token
from reconciler.cli.token_keepers import NewToken
from reconciler.port import RegistryDenied, RegistryError, RegistryRejected, RegistryUnavailable
from reconciler.project import without_credentials
from reconciler.render import spelled_moment

_TIMEOUT_SECONDS = 30.0


class TokenApi:
    """The tokens of a server."""

    def __init__(self, url: str, secret: str) -> None:
        if not secret.isascii() or not secret.isprintable() or " " in secret:
            raise RegistryDenied("The token holds a character that no token has", hint="Was it copied whole?")
        self._place = without_credentials(url)
        headers = {"Authorization": f"Bearer {secret}"}
        self._client = httpx.Client(base_url=f"{url.rstrip('/')}/v1", headers=headers, timeout=_TIMEOUT_SECONDS)

    def create(self, wanted: NewToken) -> tuple[Token, str]:
        """Make a token, and return it with its secret."""
        form = {
            "name": wanted.name,
            "role": wanted.role.value,
            "product": wanted.product,
            "expires_at": spelled_moment(wanted.expires_at),
        }
        made = self._call("POST", "/tokens", form)
        return _token(made), str(made["secret"])

    def list(self) -> tuple[Token, ...]:
        """Return all tokens that the caller's own may see."""
        return tuple(_token(each) for each in self._call("GET", "/tokens")["items"])

    def revoke(self, token_id: str) -> Token:
        """Revoke a token."""
        return _token(self._call("DELETE", f"/tokens/{token_id}"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def _call(self, method: str, path: str, form: dict[str, Any] | None = None) -> dict[str, Any]:
        """Send a request; nothing is repeated, since a token that was made twice is one too many."""
        try:
            answer = self._client.request(method, path, json=form)
        except (httpx.HTTPError, httpx.InvalidURL):
            answer = None
        # Outside of the handler: the library's errors hold the request, and with it the token.
        if answer is None:
            raise RegistryUnavailable(f"The registry {self._place} can't be reached", hint="Is the URL right?")
        if not answer.is_success:
            raise self._error(answer)
        return self._json(answer)

    def _json(self, answer: httpx.Response) -> dict[str, Any]:
        try:
            document = answer.json()
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise RegistryUnavailable(f"The registry {self._place} gave no usable answer", hint="Is the URL right?")
        return document

    def _error(self, answer: httpx.Response) -> RegistryError:
        detail = str(self._json(answer).get("detail", f"it answered {answer.status_code}")).rstrip(".")
        match answer.status_code:
            case 401 | 403:
                return RegistryDenied(detail)
            case status if status >= 500:  # noqa: PLR2004
                return RegistryUnavailable(f"The registry {self._place}: {detail}")
            case _:
                return RegistryRejected(detail)


def _token(fields: dict[str, Any]) -> Token:
    return Token(
        id=fields["id"],
        name=fields["name"],
        role=Role(fields["role"]),
        product=fields["product"],
        created_at=datetime.fromisoformat(fields["created_at"]),
        expires_at=_moment(fields["expires_at"]),
        revoked_at=_moment(fields["revoked_at"]),
        last_used_at=_moment(fields["last_used_at"]),
    )


def _moment(spelled: str | None) -> datetime | None:
    return None if spelled is None else datetime.fromisoformat(spelled)
