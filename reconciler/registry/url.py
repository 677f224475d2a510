"""The registry URL: which registry it means.

A URL may carry a password, so no message repeats more of it than its scheme.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from reconciler.port import RegistryError

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)
_SUPPORTED = "This version opens SQLite files: `sqlite:///relative/path.db` or `sqlite:////absolute/path.db`."


class UnsupportedRegistry(RegistryError):
    """The registry URL means nothing that this version can open."""


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """A database file. `spelled` is its path as the user wrote it, for messages; `path` is absolute."""

    path: Path
    spelled: str


def parse_registry_url(url: str, root: Path) -> SqliteFile:
    """Tell which registry `url` means; a relative path starts at `root`."""
    form = _URL.fullmatch(url)
    if form is None:
        raise UnsupportedRegistry("The registry is not given as a URL", hint=_SUPPORTED)
    scheme = form["scheme"].lower()
    if scheme != "sqlite":
        raise UnsupportedRegistry(f"A registry URL of the scheme `{scheme}` is not supported", hint=_SUPPORTED)
    return _sqlite_file(form["rest"], root)


def _sqlite_file(rest: str, root: Path) -> SqliteFile:
    host, slash, spelled = rest.partition("/")
    if host or not slash:
        raise UnsupportedRegistry("A `sqlite` registry URL has three slashes before its path", hint=_SUPPORTED)
    if not spelled or spelled.endswith("/") or set(spelled) & set("?#\0") or spelled == ":memory:":
        raise UnsupportedRegistry("A `sqlite` registry URL names a file, and takes no parameters", hint=_SUPPORTED)
    return SqliteFile((root / spelled).absolute(), spelled)
