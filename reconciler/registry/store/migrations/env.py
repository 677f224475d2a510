"""Runs the migrations on the connection that `reconciler.registry.store.migrate` hands in, inside its transaction.

There is no alembic.ini and no offline mode. To write a revision, copy the newest one in `versions` and give it the next
number; a test holds the tables that result against `reconciler.registry.store.tables`.
"""

from alembic import context

from reconciler.registry.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    version_table=context.config.attributes["version_table"],
    target_metadata=metadata,
    # SQLite can hardly alter a table; Alembic then copies it.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
