"""Tokens as text and JSON. A secret is in neither: who makes a token adds it for that once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from reconciler.access import Token
from reconciler.render.paint import Paint, plain
from reconciler.render.table import render_table
from reconciler.render.values import safe
from reconciler.values import exact_rfc3339, rfc3339

_COLUMNS = ("ID", "NAME", "ROLE", "PRODUCT", "STATE", "LAST USED")


def token_json(token: Token) -> dict[str, Any]:
    """Return a token as JSON."""
    return {
        "id": token.id,
        "name": token.name,
        "role": token.role.value,
        "product": token.product,
        "created_at": exact_rfc3339(token.created_at),
        "expires_at": exact_rfc3339(token.expires_at),
        "revoked_at": exact_rfc3339(token.revoked_at),
        "last_used_at": exact_rfc3339(token.last_used_at),
    }


def render_tokens(tokens: Iterable[Token], now: datetime, paint: Paint = plain) -> str:
    """Return the tokens as a table, in their order."""
    rows = [_row(token, now) for token in tokens]
    if not rows:
        return "No tokens."
    return render_table(_COLUMNS, rows, paint)


def _row(token: Token, now: datetime) -> tuple[str, ...]:
    product = "all" if token.product is None else safe(token.product)
    used = rfc3339(token.last_used_at) if token.last_used_at else "never"
    return token.id, safe(token.name), token.role.value, product, _state(token, now), used


def _state(token: Token, now: datetime) -> str:
    if token.revoked_at is not None:
        return f"revoked {rfc3339(token.revoked_at)}"
    if token.expires_at is None:
        return "usable"
    return f"{'usable until' if token.is_usable(now) else 'expired'} {rfc3339(token.expires_at)}"
