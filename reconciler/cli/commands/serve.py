"""`reconciler serve`."""

from __future__ import annotations

import importlib
import ipaddress
import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import click

from reconciler.access import Role
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.help import DocumentedCommand, page
from reconciler.cli.options import Globals, global_options
from reconciler.cli.origins import read_origins
from reconciler.cli.output.console import Console
from reconciler.cli.output.reporting import reported
from reconciler.cli.run.inputs import Run
from reconciler.cli.sessions.runtime import master_key_option, refresh_policy
from reconciler.errors import ReconcilerError
from reconciler.port import RegistryRejected
from reconciler.project import DEFAULT_REGISTRY, Project, without_credentials
from reconciler.registry.connect import utc_now
from reconciler.registry.url import SqliteFile, UnsupportedRegistry, parse_database_url

if TYPE_CHECKING:
    # It loads the SQL library, and the help of this command needs none.
    from reconciler.registry.store import Database, TokenStore

_BOOTSTRAP = "bootstrap"


@click.command(
    "serve",
    cls=DocumentedCommand,
    page=page(
        "reconciler serve\nreconciler serve --database postgresql://reconciler@db/registry --host 0.0.0.0 --workers 4",
        ExitCode.OK,
        ExitCode.ERROR,
        ExitCode.INVALID,
        ExitCode.UNREACHABLE,
        variables=["PROMETHEUS_MULTIPROC_DIR", "RECONCILER_MASTER_KEY"],
        is_registry=True,
    ),
)
@click.option(
    "--database",
    metavar="URL",
    envvar="RECONCILER_DATABASE",
    default=DEFAULT_REGISTRY,
    show_default=True,
    help="SQLite or PostgreSQL.  [env: RECONCILER_DATABASE]",
)
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="Port; 0: any free one.")
@click.option("--workers", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes that serve.")
@master_key_option
@click.option(
    "--ductape",
    is_flag=True,
    envvar="RECONCILER_DUCTAPE",
    help="Answer the clients of the Ductape platform too.  [env: RECONCILER_DUCTAPE]",
)
@click.option(
    "--ductape-origin",
    "ductape_origins",
    metavar="ORIGIN",
    multiple=True,
    envvar="RECONCILER_DUCTAPE_ORIGINS",
    callback=read_origins,
    help="With --ductape: let pages of this origin call, such as https://app.example.com. May be repeated."
    "  [env: RECONCILER_DUCTAPE_ORIGINS]",
)
@click.option("--migrate", is_flag=True, help="Bring the tables of an older version up to date first.")
@global_options
@reported
def command(console: Console, given: Globals, /, **options: Any) -> ExitCode:
    """Run the registry server until SIGTERM or Ctrl-C; requests in flight are finished first.

    Tables are made in an empty database. There, and only on a loopback address, one admin token is made and printed.
    """
    if options["ductape_origins"] and not options["ductape"]:
        raise click.UsageError("--ductape-origin needs --ductape: no other address can be called by pages.")
    server = _libraries()
    project = Run.of(given, any_target=True).project
    root, key_file = project.root, options["master_key_file"]
    _note_other_registries(console, project, options["database"])
    with _database(options["database"], root, migrating=options["migrate"]) as database:
        _require_token(console, database, options["host"])
        _check_master_key(console, database, options["database"], root, key_file)
    settings = server.Settings(
        options["database"],
        root,
        master_key_file=key_file,
        refresh=refresh_policy(project),
        ductape=options["ductape"],
        ductape_origins=options["ductape_origins"],
    )
    listening = server.Listening(options["host"], options["port"], options["workers"])
    return ExitCode.OK if server.serve(settings, listening) else ExitCode.ERROR


def _note_other_registries(console: Console, project: Project, database: str) -> None:
    """Say where the manifests of this folder go, if that is a database and not the one that is served by default."""
    registries = {target.registry for target in project.targets.values()} - {database}
    others = sorted(without_credentials(each) for each in registries if each.startswith(("sqlite:", "postgresql:")))
    if database == DEFAULT_REGISTRY and others:
        console.err(
            f"Note: this serves {database}, while {project.file} applies to {', '.join(others)}. "
            "`--database URL` serves another one."
        )


def _check_master_key(console: Console, database: Database, url: str, root: Path, given: Path | None) -> None:
    """See now, and not with the first session, that the master key can be read; make it where nothing needs another.

    Who runs no sessions needs none: where nobody named one, one that can't be made is worth a word and no more. Of one
    that does not open the session keys, or is missing beside them, the log tells: see `server.process`.
    """
    from reconciler.registry.store.sessions import master_key  # noqa: PLC0415
    from reconciler.registry.store.sessions.unlocking import any_in_use  # noqa: PLC0415
    from reconciler.runtime.keyring import MasterKeyError  # noqa: PLC0415

    file = given or master_key.default_master_key_file(url, root)
    try:
        if os.environ.get(master_key.VARIABLE) or file.exists():
            master_key.MasterKeySource(os.environ, file)()
        elif not any_in_use(database):
            master_key.read_or_make(file)
    except MasterKeyError as error:
        if given or os.environ.get(master_key.VARIABLE) or file.exists():
            raise
        console.err(f"No sessions can run here: {error.message}. {error.hint}")


def _libraries() -> ModuleType:
    """Import the server, whose libraries are an extra."""
    try:
        return importlib.import_module("reconciler.server.process")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("reconciler"):
            raise
        raise ReconcilerError(
            f"The server's libraries are not installed: there is no `{error.name}`",
            hint="Install the extra `server`: `pip install '.[server]'` in a checkout of reconciler.",
        ) from error


@contextmanager
def _database(url: str, root: Path, *, migrating: bool) -> Iterator[Database]:
    """Open the database; make the tables of an empty one, or of an older one where that was asked for."""
    from reconciler.registry.store import open_database  # noqa: PLC0415

    try:
        database = open_database(url, root, migrating=migrating or _is_empty(url, root))
    except UnsupportedRegistry as error:
        raise click.BadParameter(f"{error.message}. {error.hint}", param_hint="'--database'") from error
    with closing(database):
        yield database


def _is_empty(url: str, root: Path) -> bool:
    from reconciler.registry.store import open_store_reader  # noqa: PLC0415

    address = parse_database_url(url, root)
    if isinstance(address, SqliteFile) and not address.path.exists():
        return True
    reader = open_store_reader(address, product="")
    if reader is not None:
        reader.close()
    return reader is None


def _require_token(console: Console, database: Database, host: str) -> None:
    """Make the first token, or see that there is one where strangers can reach us. Raises ReconcilerError."""
    from reconciler.registry.store import TokenStore  # noqa: PLC0415

    tokens = TokenStore(database, utc_now)
    if _is_loopback(host):
        _bootstrap(console, tokens)
    elif not tokens.has_usable():
        raise TokenNeeded(host)


class TokenNeeded(ReconcilerError):
    """The server would be open to the network with no token in place."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"The server does not listen on {host}, which others can reach, while there is no usable token",
            hint="Make one first: `reconciler token create admin --role admin --database URL`, with the server's URL.",
        )


def _bootstrap(console: Console, tokens: TokenStore) -> None:
    if tokens.list():
        return
    try:
        token, secret = tokens.create(_BOOTSTRAP, Role.ADMIN)
    except RegistryRejected:
        return  # another process that started at the same time was first, and printed it
    console.err(
        f"This registry is new. Its first token, `{token.name}`, role admin, is shown this once:\n\n  {secret}\n"
    )


def _is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach an address; a name is one only if all that it stands for are."""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None)}
    except OSError as error:
        raise ReconcilerError(f"There is no address `{host}` to listen on") from error
    return all(ipaddress.ip_address(str(address).partition("%")[0]).is_loopback for address in found)
