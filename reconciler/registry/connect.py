"""Opening a registry by its URL.

Reading and writing are opened apart: what `open_reader` gives can't write, neither by its type nor by its connection,
and opening it creates and changes nothing. The imports of the adapters are in the functions because they load
SQLAlchemy or the HTTP library, which cost more than many a command's whole run.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.port import RegistryUnavailable
from reconciler.project import Secret
from reconciler.registry.empty import EmptyReader
from reconciler.registry.url import (
    Address,
    DuctapeEndpoint,
    HttpEndpoint,
    SqliteFile,
    UnsupportedRegistry,
    parse_registry_url,
)

if TYPE_CHECKING:
    from reconciler.port import ChangesetRegistry, ImpactReader
    from reconciler.registry.ledger import Ledger


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


def open_reader(
    url: str, *, product: str, root: Path, token: Secret | str | None = None, ledger: str | None = None
) -> AbstractContextManager[ImpactReader]:
    """Open a registry for reading; one that does not exist yet reads as empty.

    `token` is for a registry server; a database does not ask for one. `ledger` is where a registry that records no
    owners has them recorded.

    Raises UnsupportedRegistry for a URL that it can't open, RegistryUnavailable where the registry can't be read.
    """
    address = _address(url, root, ledger)
    if isinstance(address, DuctapeEndpoint):
        from reconciler.registry.ductape import EitherReader, open_proxy  # noqa: PLC0415

        return EitherReader.over(open_proxy(address), product, _ledger(ledger, root, address, product))
    if isinstance(address, HttpEndpoint):
        from reconciler.registry.http import open_http_reader  # noqa: PLC0415

        return open_http_reader(address, product=product, token=Secret.of(token))
    if isinstance(address, SqliteFile) and not _exists(address):
        return EmptyReader()
    from reconciler.registry.store import open_store_reader  # noqa: PLC0415

    return open_store_reader(address, product=product) or EmptyReader()


def open_registry(  # noqa: PLR0913 - what a registry of any kind needs to know, each by its name
    url: str,
    *,
    product: str,
    root: Path,
    actor: str,
    token: Secret | str | None = None,
    ledger: str | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> AbstractContextManager[ChangesetRegistry]:
    """Open a registry for reading and writing, created or brought up to date where that is needed.

    `actor` is who writes, as the history of a database or a ledger will name it; a server names the token. Raises as
    `open_reader` does.
    """
    address = _address(url, root, ledger)  # before SQLAlchemy is loaded, for a wrong URL
    if isinstance(address, DuctapeEndpoint):
        from reconciler.registry.ductape import EitherRegistry, open_proxy  # noqa: PLC0415
        from reconciler.registry.plain import Author  # noqa: PLC0415

        remembered = _ledger(ledger, root, address, product)
        return EitherRegistry.over(open_proxy(address), product, remembered, Author(actor, clock))
    if isinstance(address, HttpEndpoint):
        from reconciler.registry.http import open_http_registry  # noqa: PLC0415

        return open_http_registry(address, product=product, token=Secret.of(token))
    from reconciler.registry.store import Store, open_database  # noqa: PLC0415

    return Store(open_database(url, root), product=product, actor=actor, clock=clock)


def bring_up_to_date(url: str, root: Path) -> bool:
    """Bring the tables of a database of an older release up to date, which a reader can't; tell whether they were."""
    address = parse_registry_url(url, root)
    if isinstance(address, HttpEndpoint | DuctapeEndpoint) or (
        isinstance(address, SqliteFile) and not _exists(address)
    ):
        return False
    from reconciler.registry.store.opening import bring_up_to_date as bring  # noqa: PLC0415

    return bring(address)


def _address(url: str, root: Path, ledger: str | None) -> Address | HttpEndpoint | DuctapeEndpoint:
    address = parse_registry_url(url, root)
    if ledger and not isinstance(address, DuctapeEndpoint):
        raise UnsupportedRegistry(
            "A ledger is for a registry that does not record owners itself, and this one does",
            hint="Remove `ledger` from the target.",
        )
    return address


def _ledger(given: str | None, root: Path, address: DuctapeEndpoint, product: str) -> Ledger | None:
    if given is None:
        return None
    from reconciler.registry.ledger import Ledger, open_place  # noqa: PLC0415

    return Ledger(open_place(given, root), registry=address.http.url, product=product)


def _exists(file: SqliteFile) -> bool:
    try:
        return file.path.exists()
    except OSError as error:
        raise RegistryUnavailable(f"The registry {file.spelled} can't be read: {error.strerror}") from error
