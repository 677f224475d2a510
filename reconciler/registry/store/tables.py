"""The tables of a registry, as the newest migration leaves them.

Keys are natural: a product's name, a tag within it, a revision within it. A JSON value is kept as text, because its key
order is the user's and a database's own JSON type would not keep it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Index, MetaData, Table, Text, TypeDecorator, text


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, always UTC. SQLite keeps no time zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """Turn any aware moment into UTC before it is stored."""
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """Give the stored moment its time zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Pages go by tag, in the order of code points as in Python: SQLite's own, while PostgreSQL's depends on where it is.
TagText = Text().with_variant(Text(collation="C"), "postgresql")

metadata = MetaData()

# `revision` counts the product's writes. The row is also the lock under which they take turns.
products = Table(
    "products",
    metadata,
    Column("product", Text, primary_key=True),
    Column("revision", BigInteger, nullable=False),
)

# `spec` is NULL for a tombstone. `project`, `file` and `commit_id` are the record's `managed_by`.
session_types = Table(
    "session_types",
    metadata,
    Column("product", Text, primary_key=True),
    Column("tag", TagText, primary_key=True),
    Column("spec", Text),
    Column("revision", BigInteger, nullable=False),
    Column("project", Text),
    Column("file", Text),
    Column("commit_id", Text),
    Column("applied", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("updated_by", Text, nullable=False),
)

# `project`, `file`, `commit_id` and `plan` are the entry's source.
history = Table(
    "history",
    metadata,
    Column("product", Text, primary_key=True),
    Column("revision", BigInteger, primary_key=True),
    Column("tag", TagText, nullable=False),
    Column("action", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("project", Text),
    Column("file", Text),
    Column("commit_id", Text),
    Column("plan", Text),
    Column("changes", Text, nullable=False),
    Index("history_by_tag", "product", "tag", "revision"),
)

# `digest` is the SHA-256 of the whole token, which is too random to be guessed from it.
tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("product", Text),
    Column("digest", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("last_used_at", UtcDateTime),
    Index(
        "tokens_by_name",
        "name",
        unique=True,
        sqlite_where=text("revoked_at IS NULL"),
        postgresql_where=text("revoked_at IS NULL"),
    ),
)

# Requests that were carried out, each with its answer: the record as it was then.
idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("product", Text, primary_key=True),
    Column("actor", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("idempotency_keys_by_age", "product", "created_at"),
)
