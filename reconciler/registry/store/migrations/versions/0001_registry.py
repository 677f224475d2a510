"""Products, their session types, and the history of both."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# Ordered by code point on every database.
TAG = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the three tables."""
    op.create_table(
        "products",
        sa.Column("product", sa.Text, primary_key=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "session_types",
        sa.Column("product", sa.Text, primary_key=True),
        sa.Column("tag", TAG, primary_key=True),
        sa.Column("spec", sa.Text),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("project", sa.Text),
        sa.Column("file", sa.Text),
        sa.Column("commit_id", sa.Text),
        sa.Column("applied", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Text, nullable=False),
    )
    op.create_table(
        "history",
        sa.Column("product", sa.Text, primary_key=True),
        sa.Column("revision", sa.BigInteger, primary_key=True),
        sa.Column("tag", TAG, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("project", sa.Text),
        sa.Column("file", sa.Text),
        sa.Column("commit_id", sa.Text),
        sa.Column("plan", sa.Text),
        sa.Column("changes", sa.Text, nullable=False),
    )
    op.create_index("history_by_tag", "history", ["product", "tag", "revision"])
