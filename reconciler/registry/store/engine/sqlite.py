"""Engines for SQLite files: pragmas and transactions.

The driver's own transaction handling is switched off (`isolation_level=None`). It would begin late, so that a
transaction which reads before it writes dies with "database is locked" whatever the timeout, and it would leave DDL
outside, so that a failed migration could not be rolled back. Here SQLAlchemy's `begin` event says BEGIN, and
BEGIN IMMEDIATE for those that will write: they queue up for the lock before they read.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from reconciler.registry.store.turns import Turns

BUSY_SECONDS = 30.0
_RETRY_SECONDS = 0.01


def writing_engine(path: Path) -> Engine:
    """Return an engine that creates the file where it is missing and makes each commit survive a power failure."""

    def connect() -> sqlite3.Connection:
        return _connect(path, "rwc", _use_write_ahead_log, _commit_durably)

    return _engine(connect)


def reading_engine(path: Path) -> Engine:
    """Return an engine that neither creates nor changes the file.

    Not `mode=ro`: a connection that may not write can't remove the -wal and -shm files that its reading brings about.
    """

    def connect() -> sqlite3.Connection:
        return _connect(path, "rw", _refuse_writes)

    return _engine(connect)


def writers_turns() -> Turns:
    """Let one write at a time.

    SQLite has no queue: whoever finds the lock taken sleeps and tries again, and among sixteen busy threads one was
    passed over until its timeout.
    """
    return Turns(1, None)


def _engine(connect: Callable[[], sqlite3.Connection]) -> Engine:
    # Five connections are kept. There is no limit to the overflow: a connection is a file that is open and costs no
    # server anything, callers bring their own threads (a server process has 40), and readers wait for nobody.
    # Parameters are hidden, or a traceback, in a log, would repeat what is written.
    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, max_overflow=-1, hide_parameters=True)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("writes", False):
        connection.exec_driver_sql("BEGIN")
    elif options.get("waits", True):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        _begin_at_once(connection)


def _begin_at_once(connection: Connection) -> None:
    """Take the write lock if it is free. The connection goes back to the pool as patient as it was."""
    connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:.0f}")


def _connect(path: Path, mode: str, *settings: Callable[[sqlite3.Connection], None]) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        # The pool hands a connection to one thread at a time.
        check_same_thread=False,
    )
    try:
        for setting in settings:
            setting(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    # SQLite ignores the busy timeout when the journal mode of a new file is switched by two processes at once.
    deadline = time.monotonic() + BUSY_SECONDS
    while not _switched_to_wal(connection, give_up=time.monotonic() > deadline):
        time.sleep(_RETRY_SECONDS)


def _switched_to_wal(connection: sqlite3.Connection, *, give_up: bool) -> bool:
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as error:
        if give_up or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def _commit_durably(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA synchronous=FULL")


def _refuse_writes(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA query_only=ON")
