"""The registry URL: which registry it means.

A URL may carry a password, so no message repeats more of it than its scheme, and what an address is called in messages
(`spelled`) has none in it.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

from reconciler.port import RegistryError

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)
_NOT_IN_AN_ADDRESS = re.compile(r"[\s\0-\x1f\x7f\\]")
_DATABASES = (
    "SQLite files, `sqlite:///relative/path.db` or `sqlite:////absolute/path.db`, and PostgreSQL, "
    "`postgresql://user:password@host:port/database`"
)
_SUPPORTED = (
    f"This version opens registry servers, `https://host`; the Ductape platform, `ductape+https://host`; {_DATABASES}."
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


@dataclass(frozen=True, slots=True)
class HttpEndpoint:
    """A registry server. `url` is where its paths begin, without a final slash and without credentials.

    `token_header` is a header that wants the token too, beside `Authorization`.
    """

    url: str
    is_tls: bool
    is_loopback: bool
    token_header: str = ""


@dataclass(frozen=True, slots=True)
class DuctapeEndpoint:
    """The Ductape platform, by where its API begins."""

    http: HttpEndpoint


Address: TypeAlias = SqliteFile | PostgresDatabase


def is_behind_http(url: str) -> bool:
    """Tell whether a registry is asked over HTTP, whatever else its URL says."""
    return re.match(r"(?i)(ductape\+)?https?://", url) is not None


def parse_registry_url(url: str, root: Path) -> Address | HttpEndpoint | DuctapeEndpoint:
    """Tell which registry `url` means; a relative path starts at `root`."""
    form = _URL.fullmatch(url)
    scheme = form["scheme"].lower() if form else ""
    if scheme in {"http", "https"}:
        return _http_endpoint(url)
    if scheme in {"ductape+http", "ductape+https"}:
        return DuctapeEndpoint(_http_endpoint(url.partition("+")[2], hint="`reconciler ductape login` logs in."))
    return parse_database_url(url, root)


def parse_database_url(url: str, root: Path) -> Address:
    """Tell which database `url` means, one that is opened without a server between."""
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


_HOW_TO_LOG_IN = "They would end up in logs. Set RECONCILER_TOKEN, or RECONCILER_TOKEN_<TARGET> for one target."


def _http_endpoint(url: str, *, hint: str = _HOW_TO_LOG_IN) -> HttpEndpoint:
    split = _split(url)
    if split is None or not split.hostname:
        raise UnsupportedRegistry("An `http` registry URL names a host, such as `https://registry.example.com`")
    if split.username is not None or split.password is not None:
        raise UnsupportedRegistry("An `http` registry URL holds no user and no password", hint=hint)
    if set(url) & set("?#"):
        raise UnsupportedRegistry("An `http` registry URL takes no parameters and no fragment")
    scheme, address = split.scheme, split.netloc.lower() + split.path.rstrip("/")
    return HttpEndpoint(f"{scheme}://{address}", scheme == "https", _is_loopback(split.hostname))


def _split(url: str) -> SplitResult | None:
    if _NOT_IN_AN_ADDRESS.search(url):
        return None
    try:
        split = urlsplit(url)
        port = split.port  # read for its check: it is a number, and not too large
    except ValueError:
        return None
    return None if port == 0 else split


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
