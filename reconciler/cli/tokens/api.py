"""`/v1/tokens` of a registry server, as `reconciler token` needs it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Self, TypeVar

from reconciler.access import NewToken, Role, Token
from reconciler.project import Secret
from reconciler.registry.http import Malformed, Request, json_body, json_object, open_link
from reconciler.registry.url import HttpEndpoint
from reconciler.values import exact_rfc3339

T = TypeVar("T")

_PATH = "/v1/tokens"


class TokenApi:
    """The tokens of a server."""

    def __init__(self, endpoint: HttpEndpoint, secret: Secret) -> None:
        self._link = open_link(endpoint, secret)

    def create(self, wanted: NewToken) -> tuple[Token, str]:
        """Make a token, and return it with its secret. Never repeated: a token made twice is one too many."""
        form = json_body(
            {
                "name": wanted.name,
                "role": wanted.role.value,
                "product": wanted.product,
                "expires_at": exact_rfc3339(wanted.expires_at),
            }
        )
        made = Request("POST", _PATH, body=form)
        return self._link.once(made, 201, _decoder(lambda fields: (_token(fields), str(fields["secret"]))))

    def list(self) -> tuple[Token, ...]:
        """Return all tokens that the caller's own may see."""
        answer = self._link.get(Request("GET", _PATH))
        return self._link.decoded(answer, _decoder(lambda fields: tuple(map(_token, fields["items"]))))

    def revoke(self, token_id: str) -> Token:
        """Revoke a token."""
        return self._link.once(Request("DELETE", f"{_PATH}/{token_id}"), 200, _decoder(_token))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._link.close()


def _decoder(read: Callable[[dict[str, Any]], T]) -> Callable[[bytes], T]:
    def decode(content: bytes) -> T:
        fields = json_object(content)
        try:
            return read(fields)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise Malformed(f"it describes no token ({error})") from None

    return decode


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
