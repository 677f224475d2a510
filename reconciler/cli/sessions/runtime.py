"""Where `reconciler session`, `sessions` and `keys` work: on a registry's database, or over its API."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol, Self

import click

from reconciler.cli.options import Command
from reconciler.cli.run.inputs import Run
from reconciler.errors import ReconcilerError
from reconciler.project import TOKEN_VARIABLE, Project
from reconciler.registry.url import DuctapeEndpoint, HttpEndpoint, UnsupportedRegistry, parse_registry_url
from reconciler.runtime import Pruned, SessionKeys, Sessions
from reconciler.runtime.policy import DEFAULT_REFRESH, RefreshPolicy

DEFAULT_ENV = "default"


class Runtime(Protocol):
    """The sessions and keys of one product in one environment."""

    @property
    def sessions(self) -> Sessions:
        """The sessions."""
        ...

    @property
    def keys(self) -> SessionKeys:
        """The keys that tokens are made with."""
        ...

    def prune(self, before: datetime) -> Pruned:
        """Remove the product's sessions, of all environments, that were over before a moment."""
        ...


def env_option(function: Command) -> Command:
    """Add `--env`."""
    return click.option(
        "--env",
        metavar="NAME",
        envvar="RECONCILER_ENV",
        default=DEFAULT_ENV,
        show_default=True,
        help="The environment.  [env: RECONCILER_ENV]",
    )(function)


def master_key_option(function: Command) -> Command:
    """Add `--master-key-file`."""
    return click.option(
        "--master-key-file",
        metavar="FILE",
        type=click.Path(path_type=Path),
        envvar="RECONCILER_MASTER_KEY_FILE",
        help="The key that locks all others, made with the first of them; RECONCILER_MASTER_KEY goes before it.  "
        "[default: beside the database]",
    )(function)


def refresh_policy(project: Project) -> RefreshPolicy:
    """Return how long refresh tokens live, as the project file says."""
    return RefreshPolicy(project.refresh_default or DEFAULT_REFRESH, dict(project.refresh_by_tag))


def open_runtime(run: Run, env: str, master_key_file: Path | None) -> AbstractContextManager[Runtime]:
    """Open the target's registry, be it a server or a database.

    The imports are here because the one loads the SQL library and the other the HTTP library.
    """
    address = parse_registry_url(run.registry, run.project.root)
    if isinstance(address, DuctapeEndpoint):
        hint = "They run on a database or on `reconciler serve`, which answers the platform's clients too: `--ductape`."
        raise UnsupportedRegistry("Sessions on the Ductape platform can't be reached from here", hint=hint)
    if not isinstance(address, HttpEndpoint):
        return _Embedded(run, env, master_key_file)
    if run.token is None:
        hint = f"Put a token with the role `runtime`, or for keys `admin`, into {TOKEN_VARIABLE}."
        raise ReconcilerError("A registry server needs a token, and none is set", hint=hint)
    from reconciler.registry.http.sessions import open_http_runtime  # noqa: PLC0415

    return open_http_runtime(address, product=run.product, env=env, token=run.token)


class _Embedded:
    """The sessions of a database."""

    def __init__(self, run: Run, env: str, master_key_file: Path | None) -> None:
        from reconciler.registry.store import open_database  # noqa: PLC0415
        from reconciler.registry.store.sessions.master_key import MasterKeySource, default_master_key_file  # noqa: PLC0415
        from reconciler.registry.store.sessions.service import SessionService  # noqa: PLC0415

        root = run.project.root
        file = master_key_file or default_master_key_file(run.registry, root)
        self._product = run.product
        self._database = open_database(run.registry, root, migrating=False)
        self._service = SessionService(
            self._database, MasterKeySource(os.environ, file), refresh=refresh_policy(run.project)
        )
        self.sessions: Sessions = self._service.sessions(run.product, env, actor="cli")
        self.keys: SessionKeys = self._service.keys(run.product, env)

    def prune(self, before: datetime) -> Pruned:
        """Remove the product's sessions that were over before a moment."""
        return self._service.prune(before, product=self._product)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._service.close()
        self._database.close()
