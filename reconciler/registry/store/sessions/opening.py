"""Opening the sessions of a registry by its URL: for a server, and for a command line beside its own file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from reconciler.registry.store.database import Database
from reconciler.registry.store.opening import open_database
from reconciler.registry.store.sessions.master_key import MasterKeySource, master_key_file
from reconciler.registry.store.sessions.service import SessionService
from reconciler.registry.url import parse_database_url
from reconciler.runtime.policy import RefreshPolicy


def session_service(
    database: Database, url: str, root: Path, environment: Mapping[str, str], *, refresh: RefreshPolicy | None = None
) -> SessionService:
    """Return the sessions of an open database; the master key is read when it is first needed.

    It comes from `RECONCILER_MASTER_KEY` in `environment`, or else from a file: see `master_key_file`.
    """
    source = MasterKeySource(environment, master_key_file(parse_database_url(url, root), root))
    return SessionService(database, source, refresh=refresh)


@contextmanager
def open_session_service(
    url: str, root: Path, environment: Mapping[str, str], *, refresh: RefreshPolicy | None = None
) -> Iterator[SessionService]:
    """Open a database, made or brought up to date where that is needed, with its sessions; both are closed after."""
    with (
        closing(open_database(url, root)) as database,
        session_service(database, url, root, environment, refresh=refresh) as service,
    ):
        yield service
