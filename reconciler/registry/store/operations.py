"""The three writes of the port, each inside a transaction that holds the product's lock.

Each checks what the caller saw, writes the record with the product's next revision and appends one entry to the
history.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconciler.port import Create, Delete, ManagedBy, Record, Source, Update, Write
from reconciler.registry.spec import field_changes, merge
from reconciler.registry.stale import exists_already, gone, moved
from reconciler.registry.store.transaction import Transaction
from reconciler.session_type import SessionType
from reconciler.values import JsonValue


def carry_out(transaction: Transaction, write: Write) -> None:
    """Do one write of a changeset."""
    match write:
        case Create(session_type, source):
            create(transaction, session_type, source)
        case Update(tag, fields, revision, source):
            update(transaction, tag, fields, revision=revision, source=source)
        case Delete(tag, revision, source):
            delete(transaction, tag, revision=revision, source=source)


def create(transaction: Transaction, session_type: SessionType, source: Source | None) -> Record:
    """Create a record.

    One that another hand makes in the place of a tombstone keeps the tombstone's owner and applied spec: to git it is
    a record that changed.
    """
    found = transaction.find(session_type.tag)
    if found is not None and found.spec is not None:
        raise exists_already(found)
    record = _written(found or _blank(session_type.tag, transaction), session_type, transaction, source)
    record = replace(record, created_at=transaction.at)
    if found is None:
        transaction.insert(record)
    else:
        transaction.replace(record)
    transaction.log(record.tag, "create", field_changes(None, session_type), source)
    return record


def update(
    transaction: Transaction, tag: str, fields: Mapping[str, JsonValue], *, revision: int, source: Source | None
) -> Record:
    """Replace the given top-level fields, each whole.

    Where that changes nothing, a source is still recorded (`adopt`); without one nothing is written, so that nobody's
    plan goes stale for it.
    """
    found, present = _expected_live(transaction, tag, revision)
    merged = merge(present, fields)
    changes = field_changes(present, merged)
    if not changes and source is None:
        return found
    record = _written(found, merged, transaction, source)
    transaction.replace(record)
    transaction.log(tag, "update" if changes else "adopt", changes, source)
    return record


def delete(transaction: Transaction, tag: str, *, revision: int, source: Source | None) -> None:
    """Delete a record; with a source also the tombstone. Another hand's deletion of an owned record leaves one."""
    if source is None:
        found, _ = _expected_live(transaction, tag, revision)
    else:
        found = _expected(transaction, tag, revision)
    if source is None and found.managed_by is not None:
        transaction.replace(_written(found, None, transaction, None))
    else:
        transaction.remove(tag)
    transaction.log(tag, "delete", field_changes(found.spec, None), source)


def _expected(transaction: Transaction, tag: str, revision: int) -> Record:
    """Return the record, which may be a tombstone, if it is the one that the caller saw."""
    found = transaction.find(tag)
    if found is None:
        raise gone(tag, transaction.last_entry(tag), expected=revision)
    if found.revision != revision:
        raise moved(found, expected=revision)
    return found


def _expected_live(transaction: Transaction, tag: str, revision: int) -> tuple[Record, SessionType]:
    """Return the record and its session type if it is the one that the caller saw, and no tombstone."""
    found = transaction.find(tag)
    if found is None or found.spec is None:
        raise gone(tag, transaction.last_entry(tag), expected=revision)
    if found.revision != revision:
        raise moved(found, expected=revision)
    return found, found.spec


def _blank(tag: str, transaction: Transaction) -> Record:
    at = transaction.at
    return Record(tag, None, transaction.revision, None, None, at, at, transaction.actor)


def _written(before: Record, spec: SessionType | None, transaction: Transaction, source: Source | None) -> Record:
    """Return the record as this write leaves it; only a write with a source takes hold of owner and applied spec."""
    after = replace(
        before, spec=spec, revision=transaction.revision, updated_at=transaction.at, updated_by=transaction.actor
    )
    if source is None:
        return after
    return replace(after, managed_by=ManagedBy(source.project, source.file, source.commit), applied=spec)
