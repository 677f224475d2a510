"""Sessions on a database: `reconciler.runtime.Sessions` and `SessionKeys`, and what a process has of them once.

A process has one `SessionService` per database. It is cheap to ask for `sessions(…)` with each request: keys, the
revoked ids and the settings are the service's. With `watch()` a thread follows the events of other processes, so that
`verify` touches no database; without it, as in a command line that verifies once, `verify` reads them when it must.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Self

from reconciler.registry.store.database import Database
from reconciler.registry.store.sessions import keys, lists, numbers, refreshing, retention, retiring, revoking, starting
from reconciler.registry.store.sessions.context import Context
from reconciler.registry.store.sessions.events import EventFeed
from reconciler.registry.store.sessions.scopes import Scope
from reconciler.registry.store.sessions.watcher import Watcher
from reconciler.runtime.keyring import MasterKey
from reconciler.runtime.model import (
    ActivePage,
    Dashboard,
    KeyInfo,
    Pair,
    Pruned,
    RetiredKey,
    Revoked,
    UserDetails,
    UsersPage,
    Verdict,
)
from reconciler.runtime.policy import RefreshPolicy
from reconciler.runtime.protocol import PAGE_LIMIT, SESSIONS_OF_USER, TIMELINE_DAYS
from reconciler.runtime.surroundings import Surroundings
from reconciler.runtime.verifier import Verifier


class SessionService:
    """The sessions of a database, of all products and environments. May be used by several threads at once.

    Closing it ends its thread and leaves the database open.
    """

    def __init__(
        self,
        database: Database,
        master_key: Callable[[], MasterKey],
        *,
        refresh: RefreshPolicy | None = None,
        surroundings: Surroundings | None = None,
    ) -> None:
        """Set it up; nothing is read yet. `master_key` unlocks the keys in the database: see `MasterKeySource`."""
        world = surroundings or Surroundings()
        rings = keys.KeyRings(database, master_key, world)
        verifier = Verifier(rings.load, EventFeed(database, world.clock).read, world)
        self._context = Context(database, refresh or RefreshPolicy(), world, rings, verifier)
        self._watcher = Watcher(verifier.catch_up)

    def sessions(self, product: str, env: str, *, actor: str = "") -> StoredSessions:
        """Return the sessions of a product in an environment. `actor` is whose idempotency keys count.

        Raises RegistryRejected for a name that no environment can have.
        """
        return StoredSessions(self._context, Scope.of(product, env), actor)

    def keys(self, product: str, env: str) -> StoredKeys:
        """Return the keys of a product in an environment."""
        return StoredKeys(self._context, Scope.of(product, env))

    def environments(self, product: str) -> tuple[str, ...]:
        """Return the environments in which a product ever had sessions, sorted."""
        return keys.environments(self._context.database, product)

    def verify_at_once(self, product: str, env: str, tag: str, token: str) -> Verdict | None:
        """Tell whether a token is good, or None where that needs the database: then `verify` does it.

        For an event loop that must not block.
        """
        return self._context.verifier.at_once((product, env), tag, token)

    def prune(self, before: datetime, *, product: str | None = None) -> Pruned:
        """Remove the sessions that were over (token and refresh token) before a moment, of one product or of all."""
        return retention.prune(self._context, before, product)

    def watch(self) -> None:
        """Follow the events of other processes, until `close`."""
        self._watcher.start()

    def close(self) -> None:
        """End the thread, if there is one."""
        self._watcher.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class StoredSessions:
    """Implements `reconciler.runtime.Sessions`, where each call is described."""

    def __init__(self, context: Context, scope: Scope, actor: str) -> None:
        self._context = context
        self._scope = scope
        self._actor = actor

    def start(
        self, tag: str, data: Mapping[str, Any], *, expires_in: int | None = None, idempotency_key: str | None = None
    ) -> Pair:
        """Start a session."""
        request = starting.Request(tag, dict(data), expires_in)
        if idempotency_key is None:
            return starting.start(self._context, self._scope, request)
        return starting.start_once(self._context, self._scope, request, starting.Once(self._actor, idempotency_key))

    def verify(self, tag: str, token: str) -> Verdict:
        """Tell whether a token is good."""
        return self._context.verifier.verify(self._scope, tag, token)

    def refresh(self, tag: str, refresh_token: str, *, client_key: str | None = None) -> Pair:
        """Exchange a refresh token for a new pair."""
        return refreshing.refresh(self._context, self._scope, tag, refresh_token, client_key)

    def revoke(self, tag: str, session_id: str) -> Revoked:
        """End a session."""
        return revoking.revoke(self._context, self._scope, tag, session_id)

    def revoke_all(self, tag: str, identifier: str) -> Revoked:
        """End all sessions of a user."""
        return revoking.revoke_all(self._context, self._scope, tag, identifier)

    def active(self, tag: str, *, identifier: str | None = None, page: int = 1, limit: int = PAGE_LIMIT) -> ActivePage:
        """Return a page of the live sessions."""
        return lists.active(self._context, self._scope.of_type(tag), identifier, page, limit)

    def users(self, tag: str, *, page: int = 1, limit: int = PAGE_LIMIT) -> UsersPage:
        """Return a page of the users."""
        return lists.users(self._context, self._scope.of_type(tag), page, limit)

    def user(self, tag: str, identifier: str, *, limit: int = SESSIONS_OF_USER) -> UserDetails:
        """Return a user."""
        return lists.user(self._context, self._scope.of_type(tag), identifier, limit)

    def dashboard(self, tag: str, *, days: int = TIMELINE_DAYS) -> Dashboard:
        """Return the numbers."""
        return numbers.dashboard(self._context, self._scope.of_type(tag), days)


class StoredKeys:
    """Implements `reconciler.runtime.SessionKeys`, where each call is described."""

    def __init__(self, context: Context, scope: Scope) -> None:
        self._context = context
        self._scope = scope

    def list(self) -> tuple[KeyInfo, ...]:
        """Return all keys."""
        return self._context.rings.infos(self._scope)

    def rotate(self) -> KeyInfo:
        """Make a new key."""
        return self._context.rings.rotate(self._scope)

    def retire(self, key_id: str) -> RetiredKey:
        """Take a key out of use."""
        return retiring.retire(self._context, self._scope, key_id)
