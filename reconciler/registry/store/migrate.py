"""The schema's version: reading it, and bringing a database up to it.

Alembic takes longer to import than a whole `apply` takes to run, so the version is read with plain SQL, an empty
database gets all tables at once, and Alembic is loaded only for a database that is behind.

Of several processes that start at once, one migrates and the others wait: for the write lock of SQLite, for the row of
the version table elsewhere. On an empty database that row is not there yet, but whoever creates its table second
is refused and starts over.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, insert, inspect, select
from sqlalchemy.schema import CreateTable

from reconciler.port import RegistryUnavailable
from reconciler.registry.store.border import is_transient_or_created_twice
from reconciler.registry.store.database import Database
from reconciler.registry.store.session_tables import sessions

# The newest revision in migrations/versions. Revisions are numbers of four digits, so that they compare as text.
HEAD = "0003"
VERSION_TABLE = "reconciler_version"
MIGRATIONS = Path(__file__).parent / "migrations"

# Of the last module that adds tables to it, so that it has them all.
_TABLES = sessions.metadata
# As Alembic would make it.
_VERSIONS = Table(
    VERSION_TABLE,
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name=f"{VERSION_TABLE}_pkc"),
)
# Alembic's environment is global to the process.
_ONE_AT_A_TIME = Lock()


class OutdatedDatabase(RegistryUnavailable):
    """The tables are those of an older release; whoever opens the database for writing brings them up to date."""


def has_current_schema(connection: Connection, place: str) -> bool:
    """Tell whether the tables are there. Raises RegistryUnavailable where they are not the ones that we know."""
    found = _version(connection, place)
    if found is not None and found < HEAD:
        raise OutdatedDatabase(
            f"The registry {place} has schema {found}, and this reconciler needs {HEAD}",
            hint="Run `reconciler apply` or `reconciler serve --migrate` once: both bring it up to date.",
        )
    return found is not None


def require_current_schema(database: Database) -> None:
    """Raise RegistryUnavailable where the database can't be read, or lacks the tables that we know."""
    with database.reading() as connection:
        if has_current_schema(connection, database.place):
            return
    raise RegistryUnavailable(
        f"The registry {database.place} is empty: it has no tables yet",
        hint="`reconciler apply` makes them, and so does `reconciler serve --migrate`.",
    )


def migrate(database: Database) -> None:
    """Bring the tables up to date, in one transaction. Does nothing, and locks nothing, where they are."""
    with database.reading() as connection:
        if _version(connection, database.place) == HEAD:
            return
    database.write(lambda connection: _migrate(connection, database.place), transient=is_transient_or_created_twice)


def _migrate(connection: Connection, place: str) -> None:
    _version(connection, place)
    connection.execute(CreateTable(_VERSIONS, if_not_exists=True))
    found = connection.scalar(select(_VERSIONS.c.version_num).with_for_update())
    if found is None:
        _TABLES.create_all(connection, checkfirst=False)
        connection.execute(insert(_VERSIONS).values(version_num=HEAD))
    elif found != HEAD:
        with _ONE_AT_A_TIME:
            _upgrade(connection)


def _version(connection: Connection, place: str) -> str | None:
    """Return the schema's revision, or None for an empty database."""
    tables = set(inspect(connection).get_table_names())
    found = connection.scalar(select(_VERSIONS.c.version_num)) if VERSION_TABLE in tables else None
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


def _upgrade(connection: Connection, *, to: str = "head") -> None:
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection, "version_table": VERSION_TABLE})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, to)
