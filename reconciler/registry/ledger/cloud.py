"""A ledger in an object store, replaced under the condition that it is the one that was read.

Amazon S3 and Azure tell versions by ETag, Google by generation; the library takes either. Its errors become ours here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from reconciler.errors import ReconcilerError
from reconciler.port import RegistryDenied, RegistryUnavailable
from reconciler.registry.ledger.place import Held, LedgerMoved

try:
    import obstore
    from obstore import exceptions, store
except ImportError as missing:
    raise ReconcilerError(
        "The library for object stores is not installed",
        hint="Install the extra `cloud`: `pip install '.[cloud]'` in a checkout of reconciler.",
    ) from missing

T = TypeVar("T")


class LedgerObject:
    """An object. Credentials and region are the environment's, as for the provider's own tools."""

    def __init__(self, bucket: str, path: str) -> None:
        self.spelled = f"{bucket}/{path}"
        self._path = path
        self._store = self._across(lambda: store.from_url(bucket), "opened")

    def read(self) -> Held | None:
        """Return what it holds; None where there is no such object."""

        def get() -> Held | None:
            try:
                found = obstore.get(self._store, self._path)
            except FileNotFoundError:
                return None
            return Held(bytes(found.bytes()), _version(found.meta))

        return self._across(get, "read")

    def write(self, content: bytes, version: Any) -> Any:
        """Replace what has that version."""

        def put() -> Any:
            mode: Any = "create" if version is None else version
            try:
                return _version(obstore.put(self._store, self._path, content, mode=mode, use_multipart=False))
            except (exceptions.AlreadyExistsError, exceptions.PreconditionError, FileNotFoundError):
                return None

        written = self._across(put, "written")
        if written is None:
            raise LedgerMoved(f"The ledger {self.spelled} was written by somebody else")
        return written

    def _across(self, call: Callable[[], T], done: str) -> T:
        """Return what `call` returns. Raised outside the handler: the library's texts hold signed addresses."""
        denied = False
        try:
            return call()
        except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError):
            denied = True
        except (exceptions.BaseError, OSError, ValueError) as error:
            why = str(error).partition("\n")[0]
        if denied:
            hint = "Check the credentials in the environment, and what they permit on this object."
            raise RegistryDenied(
                f"The ledger {self.spelled} can't be {done}: the credentials do not permit it", hint=hint
            )
        raise RegistryUnavailable(f"The ledger {self.spelled} can't be {done}: {why}")


def _version(meta: Any) -> dict[str, str]:
    return {name: meta[name] for name in ("e_tag", "version") if meta.get(name)}
