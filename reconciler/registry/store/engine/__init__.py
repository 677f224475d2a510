"""SQLAlchemy engines: one module for each kind of database, each the one place that knows its settings.

Beside these only the address (`reconciler.registry.url`) and the error codes (`border`) tell databases apart.
"""

from __future__ import annotations

from sqlalchemy import Engine

from reconciler.registry.store.engine import postgresql, sqlite
from reconciler.registry.store.turns import Turns
from reconciler.registry.url import Address, PostgresDatabase, SqliteFile


def writing_engine(address: Address) -> Engine:
    """Return an engine whose commits survive a power failure. A missing SQLite file is created, a database is not."""
    match address:
        case SqliteFile(path=path):
            return sqlite.writing_engine(path)
        case PostgresDatabase():
            return postgresql.engine(address, read_only=False)


def reading_engine(address: Address) -> Engine:
    """Return an engine that changes nothing."""
    match address:
        case SqliteFile(path=path):
            return sqlite.reading_engine(path)
        case PostgresDatabase():
            return postgresql.engine(address, read_only=True)


def for_writing(engine: Engine, *, waits: bool = True) -> Engine:
    """Return a view of `engine` for transactions that write; SQLite's then take the write lock as they begin.

    One that does not wait for it fails at once where another program holds it.
    """
    return engine.execution_options(writes=True, waits=waits)


def writers_turns(address: Address) -> Turns:
    """Return what the writers of this process line up at."""
    match address:
        case SqliteFile():
            return sqlite.writers_turns()
        case PostgresDatabase():
            return postgresql.writers_turns()
