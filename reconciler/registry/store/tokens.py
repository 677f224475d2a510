"""Tokens: making, listing, revoking them, and telling whose a secret is.

A secret is kept as its digest only. It has 256 random bits, so a plain SHA-256 can't be turned back, and it is compared
in constant time, also where there is nothing to compare it with: how long an answer takes tells nobody which ids exist.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from reconciler.access import Role, Token, TokenRefused
from reconciler.port import RegistryRejected, RegistryUnavailable
from reconciler.registry.store.database import Database
from reconciler.registry.store.rows import DamagedValue, read_rows
from reconciler.registry.store.tables import tokens

USE_RECORDED_EVERY = timedelta(minutes=1)

_SECRET = re.compile(r"rct_(?P<id>[0-9a-f]{16})_[A-Za-z0-9_-]{43}")
_NO_DIGEST = "0" * 64
_MAKE_ANOTHER = "Have another made: `reconciler token create`."


class TokenStore:
    """The tokens of a database, of all products. May be used by several threads at once."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def create(
        self, name: str, role: Role, *, product: str | None = None, expires_at: datetime | None = None
    ) -> tuple[Token, str]:
        """Make a token, and return it with its secret, which nobody can see again.

        Raises RegistryRejected where a token of that name is in force, be it expired: the history names who wrote by
        the token's name.
        """
        identity = secrets.token_hex(8)
        secret = f"rct_{identity}_{secrets.token_urlsafe(32)}"

        def work(connection: Connection) -> Token:
            token = Token(identity, name, role, product, self._clock(), expires_at, None, None)
            _insert(connection, token, _digest(secret))
            return token

        return self._database.write(work), secret

    def list(self) -> tuple[Token, ...]:
        """Return all tokens, oldest first, those that are revoked or expired too."""
        with self._database.reading() as connection:
            found = [_token_of(row) for row in read_rows(connection, select(tokens))]
        return tuple(sorted(found, key=lambda token: (token.created_at, token.id)))

    def revoke(self, token_id: str) -> Token:
        """Revoke a token for good; one that was revoked before keeps its time. Raises RegistryRejected for none."""

        def work(connection: Connection) -> Token:
            in_force = tokens.c.id == token_id, tokens.c.revoked_at.is_(None)
            connection.execute(update(tokens).where(*in_force), {"revoked_at": self._clock()})
            row = _find(connection, token_id)
            if row is None:
                raise RegistryRejected(
                    f"There is no token with the id `{token_id}`", hint="`reconciler token list` shows all."
                )
            return _token_of(row)

        return self._database.write(work)

    def authenticate(self, secret: str) -> Token:
        """Return the token of a secret. Raises TokenRefused where it is unknown, expired or revoked."""
        form = _SECRET.fullmatch(secret)
        known = self._known(form["id"]) if form else None
        matches = hmac.compare_digest(_digest(secret), known[1] if known else _NO_DIGEST)
        if known is None or not matches:
            raise TokenRefused("The token is not known", code="token-unknown", hint="Was it copied whole?")
        now = self._clock()
        return self._used(_accepted(known[0], now), now)

    def has_usable(self) -> bool:
        """Tell whether there is a token that would be accepted."""
        now = self._clock()
        return any(token.is_usable(now) for token in self.list())

    def _known(self, token_id: str) -> tuple[Token, str] | None:
        with self._database.reading() as connection:
            row = _find(connection, token_id)
            return row and (_token_of(row), row.digest)

    def _used(self, token: Token, now: datetime) -> Token:
        """Record the use, now and then, if that can be done at once: the next request will otherwise.

        A database that can be read but not written goes on answering reads, and nobody waits for who holds its lock.
        """
        recently = now - USE_RECORDED_EVERY
        if token.last_used_at is not None and token.last_used_at > recently:
            return token
        # Of many requests at once, one finds the row as it was.
        stale = or_(tokens.c.last_used_at.is_(None), tokens.c.last_used_at <= recently)
        use = update(tokens).where(tokens.c.id == token.id, stale).values(last_used_at=now)
        with suppress(RegistryUnavailable):
            self._database.write_at_once(lambda connection: connection.execute(use))
        return replace(token, last_used_at=now)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _find(connection: Connection, token_id: str) -> Row[Any] | None:
    rows = read_rows(connection, select(tokens).where(tokens.c.id == token_id))
    return rows[0] if rows else None


def _insert(connection: Connection, token: Token, digest: str) -> None:
    columns = {**asdict(token), "role": token.role.value, "digest": digest}
    try:
        connection.execute(insert(tokens), columns)
    except IntegrityError as taken:
        raise RegistryRejected(
            f"There is a token named `{token.name}` already", hint="Take another name, or revoke that one first."
        ) from taken


def _accepted(token: Token, now: datetime) -> Token:
    if token.revoked_at is not None:
        raise TokenRefused(f"The token `{token.name}` was revoked", code="token-revoked", hint=_MAKE_ANOTHER)
    if not token.is_usable(now):
        raise TokenRefused(f"The token `{token.name}` has expired", code="token-expired", hint=_MAKE_ANOTHER)
    return token


def _token_of(row: Row[Any]) -> Token:
    try:
        role = Role(row.role)
    except ValueError as unreadable:
        raise DamagedValue(f"the role of the token `{row.name}` can't be read") from unreadable
    return Token(
        id=row.id,
        name=row.name,
        role=role,
        product=row.product,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
