"""Tokens: `tag:` and a compact JWE. What is inside is authentic and readable with the server's key only.

Product, environment and tag stand inside and are checked: a token of one is worthless in another. Times are whole
milliseconds since 1970, which every language reads exactly.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from joserfc import jwe
from joserfc.errors import JoseError

from reconciler.runtime.keyring import REGISTRY, TokenKey
from reconciler.runtime.surroundings import milliseconds
from reconciler.values import JsonObject

# More than the longest that is made; the rest is not worth a look.
TOKEN_LENGTH_MAX = 16 * 1024

Place: TypeAlias = tuple[str, str]
Claims: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TokenContent:
    """What a token holds."""

    session_id: str
    product: str
    env: str
    tag: str
    revision: int
    identifier: str
    issued_at: datetime
    expires_at: datetime
    data: JsonObject

    def claims(self) -> Claims:
        """Return it as JSON."""
        return {
            "session": self.session_id,
            "product": self.product,
            "env": self.env,
            "tag": self.tag,
            "revision": self.revision,
            "user": self.identifier,
            "issued": milliseconds(self.issued_at),
            "expires": milliseconds(self.expires_at),
            "data": self.data,
        }


def make_token(content: TokenContent, key: TokenKey) -> str:
    """Return a token."""
    text = json.dumps(content.claims(), ensure_ascii=False, separators=(",", ":"))
    return f"{content.tag}:{key.encrypt(text.encode())}"


def token_header(tag: str, token: str) -> str | None:
    """Return the header of a token of this tag; None for what can't be one."""
    if len(token) > TOKEN_LENGTH_MAX or not token.startswith(tag + ":"):
        return None
    return token[len(tag) + 1 :].partition(".")[0]


def open_token(place: Place, tag: str, token: str, keys: Mapping[str, TokenKey]) -> Claims | None:
    """Return the claims of a token of this product, environment and tag; None for anything else."""
    header = token_header(tag, token)
    key = keys.get(header) if header else None
    if key is None:
        return None
    try:
        opened = jwe.decrypt_compact(token[len(tag) + 1 :], key.jwk, registry=REGISTRY)
    except (JoseError, ValueError):
        return None
    claims: Claims = json.loads(opened.plaintext or b"")
    return claims if (claims["product"], claims["env"]) == place and claims["tag"] == tag else None
