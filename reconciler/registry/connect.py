"""Opening a registry by its URL.

Reading and writing are opened apart: what `open_reader` gives can't write, neither by its type nor by its connection,
and opening it creates and changes nothing. The imports of the store are in the functions because they load SQLAlchemy,
which costs more than many a command's whole run.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

from reconciler.port import ChangesetRegistry, Reader, RegistryUnavailable
from reconciler.registry.empty import EmptyReader
from reconciler.registry.url import SqliteFile, parse_registry_url


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


def open_reader(url: str, *, product: str, root: Path) -> AbstractContextManager[Reader]:
    """Open a registry for reading; one that does not exist yet reads as empty.

    Raises UnsupportedRegistry for a URL that it can't open, RegistryUnavailable where the registry can't be read.
    """
    address = parse_registry_url(url, root)
    if isinstance(address, SqliteFile) and not _exists(address):
        return EmptyReader()
    from reconciler.registry.store import open_store_reader  # noqa: PLC0415

    return open_store_reader(address, product=product) or EmptyReader()


def open_registry(
    url: str, *, product: str, root: Path, actor: str, clock: Callable[[], datetime] = utc_now
) -> AbstractContextManager[ChangesetRegistry]:
    """Open a registry for reading and writing, created or brought up to date where that is needed.

    `actor` is who writes, as the history will name it. Raises as `open_reader` does.
    """
    parse_registry_url(url, root)  # A wrong URL is told before SQLAlchemy is loaded.
    from reconciler.registry.store import Store, open_database  # noqa: PLC0415

    return Store(open_database(url, root), product=product, actor=actor, clock=clock)


def _exists(file: SqliteFile) -> bool:
    try:
        return file.path.exists()
    except OSError as error:
        raise RegistryUnavailable(f"The registry {file.spelled} can't be read: {error.strerror}") from error
