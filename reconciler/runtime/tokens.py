"""Tokens: `tag:` and a compact JWE. What is inside is authentic and readable with the server's key only.

Product, environment and tag stand inside and are checked: a token of one is worthless in another. Times are whole
milliseconds since 1970, which every language reads exactly.
"""

from __future__ import annotations

import json
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


def header_and_jwe(tag: str, token: str) -> tuple[str, str]:
    """Return how the JWE of a token of this tag begins, and the JWE; two empty texts for what can't be one."""
    prefix, _, jwe_text = token.partition(":")
    if prefix != tag or len(token) > TOKEN_LENGTH_MAX:
        return "", ""
    return jwe_text.partition(".")[0], jwe_text


def open_token(place: Place, tag: str, jwe_text: str, key: TokenKey) -> Claims | None:
    """Return the claims of a token of this product, environment and tag; None for anything else."""
    try:
        opened = jwe.decrypt_compact(jwe_text, key.jwk, registry=REGISTRY)
    except (JoseError, ValueError):
        return None
    claims: Claims = _DECODE((opened.plaintext or b"").decode())[0]
    return claims if (claims["product"], claims["env"]) == place and claims["tag"] == tag else None


# Of a text that was made by `make_token`, so that there is no space around it to be looked for.
_DECODE = json.JSONDecoder().raw_decode
