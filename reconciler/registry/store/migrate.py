"""The schema's version: reading it, and bringing a database up to it.

Alembic takes longer to import than a whole `apply` takes to run, so the version is read with plain SQL and Alembic is
loaded only for a database that is behind. Its environment is global to the process: one thread may migrate at a time.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, Table, Text, inspect, select

from reconciler.port import RegistryUnavailable

# The newest revision in migrations/versions. Revisions are numbers of four digits, so that they compare as text.
HEAD = "0001"
VERSION_TABLE = "reconciler_version"
MIGRATIONS = Path(__file__).parent / "migrations"


def has_current_schema(connection: Connection, place: str) -> bool:
    """Tell whether the tables are there. Raises RegistryUnavailable where they are not the ones that we know."""
    found = _version(connection, place)
    if found is not None and found < HEAD:
        raise RegistryUnavailable(
            f"The registry {place} has schema {found}, and this reconciler needs {HEAD}",
            hint="Run `reconciler apply` once: opening a registry for writing brings it up to date.",
        )
    return found is not None


def migrate(connection: Connection, place: str) -> None:
    """Bring the tables up to date, inside the transaction that `connection` is in.

    That transaction must hold the write lock: of two processes that open a new file, one migrates and the other waits.
    """
    if _version(connection, place) != HEAD:
        _upgrade(connection)


def _version(connection: Connection, place: str) -> str | None:
    """Return the schema's revision, or None for an empty database."""
    tables = set(inspect(connection).get_table_names())
    found = _stored_version(connection) if VERSION_TABLE in tables else None
    if found is None and tables - {VERSION_TABLE}:
        raise RegistryUnavailable(
            f"The registry {place} is a database of something else: it holds the table `{min(tables)}`",
            hint="A registry has a database of its own. Is the path in the registry URL right?",
        )
    if found is not None and found > HEAD:
        raise RegistryUnavailable(
            f"The registry {place} has schema {found}, and this reconciler knows only {HEAD}: it is too old",
            hint="Install the version of reconciler that the registry was last written with, or a newer one.",
        )
    return found


def _stored_version(connection: Connection) -> str | None:
    table = Table(VERSION_TABLE, MetaData(), Column("version_num", Text))
    return connection.scalar(select(table.c.version_num))


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection, "version_table": VERSION_TABLE})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, "head")
