"""Where `reconciler token` works: on a server's database, or over its API."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from reconciler.access import NewToken, Token
from reconciler.cli.run.inputs import Run
from reconciler.errors import ReconcilerError
from reconciler.project import TOKEN_VARIABLE
from reconciler.registry.connect import utc_now
from reconciler.registry.url import DuctapeEndpoint, HttpEndpoint, parse_registry_url


class TokenKeeper(Protocol):
    """Makes, lists and revokes tokens. A context manager: it holds a database or a connection."""

    def create(self, wanted: NewToken) -> tuple[Token, str]:
        """Make a token, and return it with its secret."""
        ...

    def list(self) -> tuple[Token, ...]:
        """Return all tokens."""
        ...

    def revoke(self, token_id: str) -> Token:
        """Revoke a token."""
        ...

    def __enter__(self) -> Self:
        """Return itself."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Let go of what it holds."""
        ...


def open_keeper(run: Run, database: str | None, *, migrating: bool) -> TokenKeeper:
    """Open the one that is meant: the database that is named, or the target's registry, be it a server or a database.

    The imports are here because the one loads the SQL library and the other the HTTP library.
    """
    url = database or run.registry
    address = parse_registry_url(url, run.project.root)
    if isinstance(address, DuctapeEndpoint):
        raise ReconcilerError(
            "The Ductape platform has no tokens of this kind", hint="`reconciler ductape login` logs in there."
        )
    if not isinstance(address, HttpEndpoint):
        return _Direct(url, run, migrating=migrating)
    if run.token is None:
        hint = f"Put an admin's token into {TOKEN_VARIABLE}."
        raise ReconcilerError("A registry server needs a token, and none is set", hint=hint)
    from reconciler.cli.tokens.api import TokenApi  # noqa: PLC0415

    return TokenApi(address, run.token)


class _Direct:
    """The tokens of a database."""

    def __init__(self, url: str, run: Run, *, migrating: bool) -> None:
        from reconciler.registry.store import TokenStore, open_database  # noqa: PLC0415

        # A newer program on a laptop must not lock the servers out: only making a token brings tables up to date.
        self._database = open_database(url, run.project.root, migrating=migrating)
        self._tokens = TokenStore(self._database, utc_now)

    def create(self, wanted: NewToken) -> tuple[Token, str]:
        """Make a token, and return it with its secret."""
        return self._tokens.create(wanted.name, wanted.role, product=wanted.product, expires_at=wanted.expires_at)

    def list(self) -> tuple[Token, ...]:
        """Return all tokens."""
        return self._tokens.list()

    def revoke(self, token_id: str) -> Token:
        """Revoke a token."""
        return self._tokens.revoke(token_id)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()
