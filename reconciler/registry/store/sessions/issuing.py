"""A new pair for a session: its token, made with the current key, and its refresh token, kept as a digest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert

from reconciler.registry.store.session_tables import session_refreshes
from reconciler.registry.store.sessions.context import Context
from reconciler.registry.store.sessions.scopes import TypeScope
from reconciler.runtime.keyring import TokenKey
from reconciler.runtime.model import Pair
from reconciler.runtime.refresh import RefreshToken
from reconciler.runtime.tokens import TokenContent, make_token
from reconciler.values import JsonObject


@dataclass(frozen=True, slots=True)
class Issue:
    """What a pair is made of."""

    session_id: str
    identifier: str
    data: JsonObject
    revision: int
    at: datetime
    expires_at: datetime
    key: TokenKey


def issue(context: Context, connection: Connection, scope: TypeScope, made_of: Issue) -> Pair:
    """Make a pair."""
    content = TokenContent(
        session_id=made_of.session_id,
        product=scope.product,
        env=scope.env,
        tag=scope.tag,
        revision=made_of.revision,
        identifier=made_of.identifier,
        issued_at=made_of.at,
        expires_at=made_of.expires_at,
        data=made_of.data,
    )
    refresh = RefreshToken.make(context.surroundings.randomness)
    refresh_until = context.refresh.expiry(scope.tag, made_of.at)
    row = {
        "token_id": refresh.token_id,
        "session_id": made_of.session_id,
        "digest": refresh.digest,
        "expires_at": refresh_until,
    }
    connection.execute(insert(session_refreshes), row)
    token = make_token(content, made_of.key)
    return Pair(token, refresh.text, made_of.session_id, made_of.expires_at, refresh_until)
