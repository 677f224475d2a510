"""The registry URL: which registry it means.

A URL may carry a password, so no message repeats more of it than its scheme, and what an address is called in messages
(`spelled`) has none in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from reconciler.port import RegistryError

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)
_SUPPORTED = (
    "This version opens SQLite files, `sqlite:///relative/path.db` or `sqlite:////absolute/path.db`, and PostgreSQL: "
    "`postgresql://user:password@host:port/database`."
)
# What comes after the user part holds no further `@`: there it could only be the end of a password.
_POSTGRES = re.compile(r"(?:[^@/?#\s]*@)?(?P<hosts>[^@/?#\s]*)/(?P<database>[^@/?#\s]+)(?:\?[^@#\s]*)?")


class UnsupportedRegistry(RegistryError):
    """The registry URL means nothing that this version can open."""


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """A database file. `spelled` is its path as the user wrote it, for messages; `path` is absolute."""

    path: Path
    spelled: str


@dataclass(frozen=True, slots=True)
class PostgresDatabase:
    """A database on a PostgreSQL server. `url` may hold a password; `spelled` holds neither user nor parameters."""

    url: str = field(repr=False)
    spelled: str


Address: TypeAlias = SqliteFile | PostgresDatabase


def parse_registry_url(url: str, root: Path) -> Address:
    """Tell which registry `url` means; a relative path starts at `root`."""
    form = _URL.fullmatch(url)
    if form is None:
        raise UnsupportedRegistry("The registry is not given as a URL", hint=_SUPPORTED)
    scheme = form["scheme"].lower()
    match scheme:
        case "sqlite":
            return _sqlite_file(form["rest"], root)
        case "postgresql" | "postgres":
            return _postgres_database(form["rest"])
        case _:
            raise UnsupportedRegistry(f"A registry URL of the scheme `{scheme}` is not supported", hint=_SUPPORTED)


def _sqlite_file(rest: str, root: Path) -> SqliteFile:
    host, slash, spelled = rest.partition("/")
    if host or not slash:
        raise UnsupportedRegistry("A `sqlite` registry URL has three slashes before its path", hint=_SUPPORTED)
    if not spelled or spelled.endswith("/") or set(spelled) & set("?#\0") or spelled == ":memory:":
        raise UnsupportedRegistry("A `sqlite` registry URL names a file, and takes no parameters", hint=_SUPPORTED)
    return SqliteFile((root / spelled).absolute(), spelled)


def _postgres_database(rest: str) -> PostgresDatabase:
    form = _POSTGRES.fullmatch(rest)
    if form is None or not rest.isprintable():
        raise UnsupportedRegistry(
            "A `postgresql` registry URL reads `postgresql://user:password@host:port/database`",
            hint="Characters such as `@`, `/`, `?` and `#` in a password are percent-encoded: `@` is `%40`.",
        )
    return PostgresDatabase(f"postgresql://{rest}", f"postgresql://{form['hosts']}/{form['database']}")
