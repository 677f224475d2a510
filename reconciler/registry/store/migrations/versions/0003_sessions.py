"""Sessions, their users, keys, refresh tokens, counters, and the events that all processes follow."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# Ordered by code point on every database.
TAG = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    """Return the column of a moment."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Create the tables."""
    _keys_and_users()
    _sessions()
    _what_goes_with_sessions()
    _events()


def _keys_and_users() -> None:
    op.create_table(
        "session_keys",
        sa.Column("product", sa.Text, primary_key=True),
        sa.Column("env", sa.Text, primary_key=True),
        sa.Column("key_id", sa.Text, primary_key=True),
        sa.Column("wrapped", sa.Text, nullable=False),
        sa.Column("master", sa.Text, nullable=False),
        moment("created_at"),
        moment("active_from"),
        moment("retired_at", nullable=True),
    )
    op.create_table(
        "session_users",
        sa.Column("product", sa.Text, primary_key=True),
        sa.Column("env", sa.Text, primary_key=True),
        sa.Column("tag", TAG, primary_key=True),
        sa.Column("identifier", TAG, primary_key=True),
        moment("first_seen"),
        moment("last_seen"),
        sa.Column("total_sessions", sa.BigInteger, nullable=False),
        moment("live_until", nullable=True),
    )
    of_type = ["product", "env", "tag"]
    op.create_index("session_users_by_last_seen", "session_users", [*of_type, "last_seen", "identifier"])
    op.create_index("session_users_by_life", "session_users", [*of_type, "live_until"])


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("session_id", sa.Text, primary_key=True),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("env", sa.Text, nullable=False),
        sa.Column("tag", TAG, nullable=False),
        sa.Column("identifier", TAG, nullable=False),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("several_keys", sa.Boolean, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("expires_in", sa.BigInteger),
        moment("started_at"),
        moment("ends_at"),
        sa.Column("ends_minute", sa.BigInteger, nullable=False),
        moment("over_at"),
        moment("revoked_at", nullable=True),
    )
    not_revoked = sa.text("revoked_at IS NULL")
    of_type = ["product", "env", "tag"]
    op.create_index(
        "sessions_by_end",
        "sessions",
        [*of_type, "ends_at", "session_id"],
        sqlite_where=not_revoked,
        postgresql_where=not_revoked,
    )
    op.create_index("sessions_of_user", "sessions", [*of_type, "identifier", "started_at"])
    op.create_index("sessions_over", "sessions", ["over_at"])


def _what_goes_with_sessions() -> None:
    op.create_table(
        "session_refreshes",
        sa.Column("token_id", sa.Text, primary_key=True),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        moment("expires_at"),
        moment("used_at", nullable=True),
        sa.Column("client", sa.Text),
        sa.Column("answer", sa.Text),
    )
    op.create_index("session_refreshes_of_session", "session_refreshes", ["session_id"])
    op.create_table(
        "session_starts",
        sa.Column("product", sa.Text, primary_key=True),
        sa.Column("env", sa.Text, primary_key=True),
        sa.Column("actor", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        moment("created_at"),
    )
    op.create_index("session_starts_by_age", "session_starts", ["created_at"])
    op.create_table(
        "session_counters",
        sa.Column("product", sa.Text, primary_key=True),
        sa.Column("env", sa.Text, primary_key=True),
        sa.Column("tag", TAG, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("bucket", sa.BigInteger, primary_key=True),
        sa.Column("shard", sa.Integer, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
    )


def _events() -> None:
    op.create_table(
        "session_events",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        moment("expires_at"),
    )
    op.create_index("session_events_by_expiry", "session_events", ["expires_at"])
    op.create_table(
        "session_events_head",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("last", sa.BigInteger, nullable=False),
    )
