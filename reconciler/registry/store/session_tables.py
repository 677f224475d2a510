"""The tables of sessions, as the newest migration leaves them, apart from those of session types.

Beside the sessions stand numbers about them, kept in the same transactions, so that nothing has to count a million
rows: see `session_counters`. Pruned sessions leave these numbers as they are.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text, text

from reconciler.registry.store.tables import TagText, UtcDateTime, metadata

_NOT_REVOKED = text("revoked_at IS NULL")

# `wrapped` is the key, encrypted with the master key whose fingerprint is `master`.
session_keys = Table(
    "session_keys",
    metadata,
    Column("product", Text, primary_key=True),
    Column("env", Text, primary_key=True),
    Column("key_id", Text, primary_key=True),
    Column("wrapped", Text, nullable=False),
    Column("master", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("active_from", UtcDateTime, nullable=False),
    Column("retired_at", UtcDateTime),
)

# `live_until` is when the user's last live session ends, or ended; NULL after the last live one was revoked. The row is
# the lock under which all writes about a user take turns.
session_users = Table(
    "session_users",
    metadata,
    Column("product", Text, primary_key=True),
    Column("env", Text, primary_key=True),
    Column("tag", TagText, primary_key=True),
    Column("identifier", TagText, primary_key=True),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime, nullable=False),
    Column("total_sessions", BigInteger, nullable=False),
    Column("live_until", UtcDateTime),
    Index("session_users_by_last_seen", "product", "env", "tag", "last_seen", "identifier"),
    Index("session_users_by_life", "product", "env", "tag", "live_until"),
)

# `key_id` and `revision` (the session type's) are those of the newest token; `several_keys` tells whether an older one
# was made with another key. `ends_at` is when the last of its tokens expires, `ends_minute` the minute of that, and
# `over_at` when nothing can bring it back: its refresh token has expired as well.
sessions = Table(
    "sessions",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("product", Text, nullable=False),
    Column("env", Text, nullable=False),
    Column("tag", TagText, nullable=False),
    Column("identifier", TagText, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("several_keys", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("data", Text, nullable=False),
    Column("expires_in", BigInteger),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("ends_minute", BigInteger, nullable=False),
    Column("over_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Index(
        "sessions_by_end",
        "product",
        "env",
        "tag",
        "ends_at",
        "session_id",
        sqlite_where=_NOT_REVOKED,
        postgresql_where=_NOT_REVOKED,
    ),
    Index("sessions_of_user", "product", "env", "tag", "identifier", "started_at"),
    Index("sessions_over", "over_at"),
)

# `digest` is the SHA-256 of the refresh token. A used one stays, so that its reuse is noticed; `answer` is the pair
# that it got, for the client that `client` is a digest of, and can be read with the refresh token itself only.
session_refreshes = Table(
    "session_refreshes",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("session_id", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Column("client", Text),
    Column("answer", Text),
    Index("session_refreshes_of_session", "session_id"),
)

# What was started under an idempotency key; `answer` is encrypted with the environment's key `key_id`.
session_starts = Table(
    "session_starts",
    metadata,
    Column("product", Text, primary_key=True),
    Column("env", Text, primary_key=True),
    Column("actor", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("session_starts_by_age", "created_at"),
)

# Sums by kind: `started` and `new_users` by day, `ends_hour` and `ends_minute` (sessions that are not revoked, by when
# they end). A number is spread over several rows, so that those who start sessions at once seldom wait for each other;
# a single row may be negative.
session_counters = Table(
    "session_counters",
    metadata,
    Column("product", Text, primary_key=True),
    Column("env", Text, primary_key=True),
    Column("tag", TagText, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("bucket", BigInteger, primary_key=True),
    Column("shard", Integer, primary_key=True),
    Column("number", BigInteger, nullable=False),
)

# What every process has to hear of within a second: `kind` is `session` (its id was revoked; needless once its tokens
# have expired) or `keys` (those of `env/product` changed).
session_events = Table(
    "session_events",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("session_events_by_expiry", "expires_at"),
)

# One row. It is locked from when an id is taken until the commit, so ids become visible in order and without gaps.
session_events_head = Table(
    "session_events_head",
    metadata,
    Column("name", Text, primary_key=True),
    Column("last", BigInteger, nullable=False),
)
