"""Who may do what on a registry server: roles, and the tokens that carry them.

Pure: where tokens are kept, and how a secret is held against one, is `reconciler.registry.store.tokens`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from reconciler.port import RegistryDenied

RefusalCode: TypeAlias = Literal["token-unknown", "token-expired", "token-revoked"]


class Role(StrEnum):
    """What a token is for. `write` includes `read`, and `admin` includes all; `runtime` stands by itself."""

    READ = "read"
    WRITE = "write"
    RUNTIME = "runtime"
    ADMIN = "admin"

    def permits(self, needed: Role) -> bool:
        """Tell whether who has this role may do what needs that one."""
        match self:
            case Role.ADMIN:
                return True
            case Role.WRITE:
                return needed in (Role.WRITE, Role.READ)
            case _:
                return needed is self


@dataclass(frozen=True, slots=True)
class Token:
    """A token as a registry keeps it: everything but the secret, which nobody can get back. Times are UTC.

    `product` is the one product that it is for, or None for all of them. `id` is no secret: it begins the token's text.
    """

    id: str
    name: str
    role: Role
    product: str | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def covers(self, product: str) -> bool:
        """Tell whether this token is for that product."""
        return self.product is None or self.product == product

    def is_usable(self, at: datetime) -> bool:
        """Tell whether the token is accepted at that moment."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that is to be made; `product` None means all of them, `expires_at` None never."""

    name: str
    role: Role
    product: str | None
    expires_at: datetime | None


class TokenRefused(RegistryDenied):
    """The token is not accepted; `code` says why, for programs."""

    def __init__(self, message: str, *, code: RefusalCode, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code
