"""Engines for PostgreSQL, through psycopg and a bounded pool.

Nothing here needs more than a plain session: no server-side prepared statements, so that a pooler may stand between,
and no settings in the start-up packet, which poolers refuse. Isolation is left as the database has it: the product's
row is the lock (`transaction`), and where the isolation is stricter than that needs, transactions are run again
(`retry`).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine

from reconciler.registry.store.turns import Turns
from reconciler.registry.url import PostgresDatabase, UnsupportedRegistry

# Of one process. A statement takes a millisecond or so and Python computes around it, so that one process keeps hardly
# more than five connections busy: these are kept. Ten more come and go with writers that wait for a lock. Fifteen let
# six processes share the 100 connections that PostgreSQL has by default.
POOL_SIZE = 5
MAX_OVERFLOW = 10
POOL_SECONDS = 30
# Writers hold their connection while they wait for the lock of a product or user. If they could take all of them, the
# queue of one product would stop every other request of the process, its readiness check included. Readers wait for no
# lock: the connections that are left to them are soon free again.
WRITERS = 10

# Whoever holds a lock and was stopped loses it before those who wait for it give up.
_SESSION = "SET idle_in_transaction_session_timeout = '15s'; SET lock_timeout = '30s'"

# Where the URL says nothing else. libpq's own defaults wait for hours for a server that is gone.
_CONNECTION = {
    "application_name": "reconciler",
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}


def engine(database: PostgresDatabase, *, read_only: bool) -> Engine:
    """Return an engine; nothing is connected yet."""
    driver = _driver()
    conninfo = _conninfo(database, driver)

    def connect() -> Any:
        connection = driver.connect(conninfo, autocommit=True, prepare_threshold=None)
        try:
            connection.execute(_SESSION)
            connection.autocommit = False
            connection.read_only = read_only
        except BaseException:
            connection.close()
            raise
        return connection

    return create_engine(
        "postgresql+psycopg://",
        creator=connect,
        pool_size=POOL_SIZE,
        max_overflow=MAX_OVERFLOW,
        pool_timeout=POOL_SECONDS,
        pool_pre_ping=True,
        use_native_hstore=False,
        hide_parameters=True,  # or a traceback, in a log, would repeat what is written
    )


def writers_turns() -> Turns:
    """Leave some of the pool's connections to readers; the writers among themselves PostgreSQL puts in order."""
    return Turns(WRITERS, POOL_SECONDS)


def _driver() -> Any:
    try:
        import psycopg  # noqa: PLC0415
    except ImportError as missing:  # Also where psycopg is there and finds no libpq.
        raise UnsupportedRegistry(
            "A registry on PostgreSQL needs psycopg, which is not installed",
            hint="Install the extra `postgres`: `pip install '.[postgres]'` in a checkout of reconciler.",
        ) from missing
    return psycopg


def _conninfo(database: PostgresDatabase, driver: Any) -> str:
    try:
        settings = {**_CONNECTION, **driver.conninfo.conninfo_to_dict(database.url)}
        return str(driver.conninfo.make_conninfo(**settings))
    except driver.ProgrammingError:
        # Its text may repeat the password, so it goes no further, not even as the cause.
        raise UnsupportedRegistry(
            f"The URL of the registry {database.spelled} is not one that PostgreSQL's client library understands",
            hint="Check the names of the parameters behind `?`, and the percent-encoding.",
        ) from None
