"""What the routes work with: the database, opened when it is first needed, and who acts on it.

A process whose database is away at the start, or later, stays up and says so: it answers 503 and is not ready, until
the database is back.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import cast

from starlette.requests import Request

from reconciler.access import Token
from reconciler.registry.store import Database, Store, StoreReader, TokenStore, open_database
from reconciler.server.metrics import Metrics
from reconciler.server.settings import Settings


class Services:
    """The process's share of the registry. May be used by several threads at once."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self.settings = settings
        self.clock = clock
        self.metrics = Metrics()
        self._database: Database | None = None
        self._opening = Lock()

    @property
    def database(self) -> Database:
        """The database. Raises RegistryUnavailable where it can't be opened."""
        if self._database is None:
            with self._opening:
                if self._database is None:
                    self._database = open_database(self.settings.database, self.settings.root, migrating=False)
        return self._database

    def tokens(self) -> TokenStore:
        """Return the tokens."""
        return TokenStore(self.database, self.clock)

    def reader(self, product: str) -> StoreReader:
        """Return a product, for reading."""
        return StoreReader(self.database, product=product)

    def store(self, product: str, token: Token) -> Store:
        """Return a product, for writing on behalf of a token."""
        return Store(self.database, product=product, actor=f"token:{token.name}", clock=self.clock)

    def close(self) -> None:
        """Close the database, if it was ever opened."""
        if self._database is not None:
            self._database.close()


def services_of(request: Request) -> Services:
    """Return the services of the application that a request came to."""
    return cast("Services", request.app.state.services)
