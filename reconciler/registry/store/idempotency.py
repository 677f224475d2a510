"""Requests that are carried out once, however often they are sent: each is kept under a key of the client's making.

A key belongs to one product and one actor, so nobody can read another's answer by guessing. It is looked up and kept
in the transaction that carries the request out, under the product's lock: of two that arrive at once, one creates and
the other finds what it created.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select

from reconciler.port import IdempotencyConflict, Record, RegistryRejected, Source
from reconciler.registry.store.rows import read_rows, record_of_text, record_text
from reconciler.registry.store.tables import idempotency_keys
from reconciler.registry.store.transaction import Transaction
from reconciler.session_type import SessionType
from reconciler.values import canonical_json

KEPT_FOR = timedelta(hours=24)
KEY_LENGTH = 255


def fingerprint(session_type: SessionType, source: Source | None) -> str:
    """Return what two requests have in common only if they ask for the same."""
    whence = source and [source.project, source.file, source.commit, source.plan]
    asked = canonical_json([session_type.to_json(), list(whence) if whence else None])
    # Half a surrogate pair is refused later, by the border, as everywhere.
    return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()


def once(transaction: Transaction, key: str, asked: str, create: Callable[[], Record]) -> tuple[Record, bool]:
    """Create a record, or return the one that was created under this key, and tell whether that was so.

    `asked` is the request's fingerprint. Raises IdempotencyConflict where the key stands for another request.
    """
    if not 0 < len(key) <= KEY_LENGTH:
        raise RegistryRejected(f"An idempotency key has 1 to {KEY_LENGTH} characters")
    kept = _find(transaction, key)
    if kept is None:
        record = create()
        _keep(transaction, key, asked, record)
        return record, False
    if kept.fingerprint != asked:
        raise IdempotencyConflict(
            "The idempotency key was used for another request", hint="Make a new key for each new request."
        )
    return record_of_text(kept.record), True


def _find(transaction: Transaction, key: str) -> Row[Any] | None:
    table = idempotency_keys.c
    own = select(idempotency_keys).where(
        table.product == transaction.product, table.actor == transaction.actor, table.key == key
    )
    rows = read_rows(transaction.connection, own.where(table.created_at >= transaction.at - KEPT_FOR))
    return rows[0] if rows else None


def _keep(transaction: Transaction, key: str, asked: str, record: Record) -> None:
    table = idempotency_keys.c
    old = delete(idempotency_keys).where(
        table.product == transaction.product, table.created_at < transaction.at - KEPT_FOR
    )
    transaction.connection.execute(old)
    kept = {
        "product": transaction.product,
        "actor": transaction.actor,
        "key": key,
        "fingerprint": asked,
        "record": record_text(record),
        "created_at": transaction.at,
    }
    transaction.connection.execute(insert(idempotency_keys), kept)
