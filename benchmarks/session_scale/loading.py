"""Writing rows by the million: COPY into PostgreSQL, many at a time into SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection, delete, insert

from benchmarks.session_scale.rows import Rows
from reconciler.registry.store import Database
from reconciler.registry.store.session_tables import session_events_head
from reconciler.registry.store.tables import metadata

_LOT = 10_000


def load(database: Database, rows: Rows) -> None:
    """Write the rows of every table, in one transaction."""
    copying = database.engine.dialect.name == "postgresql"

    def work(connection: Connection) -> None:
        connection.execute(delete(session_events_head))  # the session key made it
        for table, columns, found in rows.tables():
            (_copy if copying else _insert)(connection, table, columns, found)

    database.write(work)


def _copy(connection: Connection, table: str, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _insert(connection: Connection, table: str, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    into = insert(metadata.tables[table])
    while lot := list(islice(rows, _LOT)):
        connection.execute(into, [dict(zip(columns, row, strict=True)) for row in lot])
