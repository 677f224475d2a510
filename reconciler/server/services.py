"""What the routes work with: the database, opened when it is first needed, and who acts on it.

A process whose database is away at the start, or later, stays up and says so: it answers 503 and is not ready, until
the database is back.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from threading import Lock
from typing import cast

from anyio import CapacityLimiter
from starlette.requests import Request

from reconciler.access import Token
from reconciler.registry.store import Database, Store, StoreReader, TokenStore, open_database
from reconciler.registry.store.sessions.master_key import MasterKeySource, default_master_key_file
from reconciler.registry.store.sessions.service import SessionService, StoredSessions
from reconciler.registry.store.sessions.unlocking import check_master_key
from reconciler.runtime.surroundings import Surroundings
from reconciler.server.metrics import Metrics
from reconciler.server.recent_tokens import RecentTokens
from reconciler.server.settings import Settings


class Services:
    """The process's share of the registry. May be used by several threads at once."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self.settings = settings
        self.clock = clock
        self.metrics = Metrics()
        self.recent_tokens = RecentTokens(lambda secret: self.tokens().authenticate(secret), clock)
        self.probes = CapacityLimiter(1)
        self._database: Database | None = None
        self._sessions: SessionService | None = None
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

    @property
    def session_service(self) -> SessionService:
        """The sessions of all products; from the first use on a thread follows what other processes revoke."""
        if self._sessions is None:
            database = self.database
            with self._opening:
                if self._sessions is None:
                    self._sessions = self._opened_sessions(database)
        return self._sessions

    def sessions(self, product: str, env: str, token: Token) -> StoredSessions:
        """Return the sessions of a product in an environment, on behalf of a token."""
        return self.session_service.sessions(product, env, actor=f"token:{token.id}")

    def check_keys(self) -> None:
        """Raise MasterKeyError where the database holds session keys, and the master key is for none of them."""
        check_master_key(self.database, self._master_key)

    @cached_property
    def _master_key(self) -> MasterKeySource:
        settings = self.settings
        file = settings.master_key_file or default_master_key_file(settings.database, settings.root)
        return MasterKeySource(os.environ, file)

    def _opened_sessions(self, database: Database) -> SessionService:
        world = Surroundings(clock=self.clock)
        service = SessionService(database, self._master_key, refresh=self.settings.refresh, surroundings=world)
        service.watch()
        return service

    def close(self) -> None:
        """Close what was ever opened: the thread that reads the database first."""
        if self._sessions is not None:
            self._sessions.close()
        if self._database is not None:
            self._database.close()


def services_of(request: Request) -> Services:
    """Return the services of the application that a request came to."""
    return cast("Services", request.app.state.services)
