"""Where a request carries its token: the `Authorization` header, a cookie, or a header of one's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

# Returns a header of the request by its name in lower case, or None.
Headers: TypeAlias = Callable[[str], "str | None"]


class TokenSource(Protocol):
    """Finds the token in a request."""

    def find(self, headers: Headers) -> str | None:
        """Return the token; None where the request carries none."""
        ...


@dataclass(frozen=True, slots=True)
class Bearer:
    """`Authorization: Bearer TOKEN`. Another scheme counts as no token."""

    def find(self, headers: Headers) -> str | None:
        """Return the token."""
        scheme, _, token = (headers("authorization") or "").strip().partition(" ")
        return token.strip() or None if scheme.lower() == "bearer" else None


@dataclass(frozen=True, slots=True)
class Cookie:
    """The cookie `name`. Set it with HttpOnly, Secure and SameSite."""

    name: str = "session"

    def find(self, headers: Headers) -> str | None:
        """Return the token."""
        for piece in (headers("cookie") or "").split(";"):
            name, _, value = piece.strip().partition("=")
            if name == self.name:
                return value.strip().strip('"') or None
        return None


@dataclass(frozen=True, slots=True)
class Header:
    """The header `name`, which holds the token and nothing else."""

    name: str

    def find(self, headers: Headers) -> str | None:
        """Return the token."""
        return (headers(self.name.lower()) or "").strip() or None
