"""Where a ledger lies, as something that reads it whole and writes it whole if nobody else did."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from reconciler.errors import ReconcilerError
from reconciler.registry.url import UnsupportedRegistry

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)
_CLOUDS = ("s3", "gs", "az")


class LedgerMoved(ReconcilerError):
    """The ledger is not as it was when it was read. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a place holds; `version` tells it from what it will hold after the next write."""

    content: bytes
    version: Any


class Place(Protocol):
    """Holds one ledger. Raises RegistryUnavailable, RegistryDenied."""

    @property
    def spelled(self) -> str:
        """What it is called in messages."""
        ...

    def read(self) -> Held | None:
        """Return what it holds; None where it holds nothing yet."""
        ...

    def write(self, content: bytes, version: Any) -> Any:
        """Replace what has that version, or nothing where it is None, and return the new one. Raises LedgerMoved."""
        ...


def open_place(given: str, root: Path) -> Place:
    """Open the place that a project file names: a path, relative to the project, or the URL of an object.

    Raises UnsupportedRegistry for what is neither.
    """
    form = _URL.fullmatch(given)
    if form is None:
        from reconciler.registry.ledger.file import LedgerFile  # noqa: PLC0415 - only one of both is needed

        return LedgerFile((root / given).absolute(), given)
    scheme, rest = form["scheme"].lower(), form["rest"]
    bucket, _, path = rest.partition("/")
    if scheme not in _CLOUDS:
        hint = "A ledger is a path, or an object: `s3://bucket/path.json`, `gs://…` or `az://…`."
        raise UnsupportedRegistry(f"A ledger at a URL of the scheme `{scheme}` is not supported", hint=hint)
    if not bucket or not path or path.endswith("/") or set(rest) & set("?#@"):
        raise UnsupportedRegistry(
            f"The URL of a ledger names a bucket and an object, and nothing else: `{scheme}://bucket/path.json`",
            hint="Credentials come from the environment, as for the provider's own tools.",
        )
    from reconciler.registry.ledger.cloud import LedgerObject  # noqa: PLC0415 - loads the object stores' library

    return LedgerObject(f"{scheme}://{bucket}", path)
