"""The last snapshot, kept so that an unchanged product costs one request without a body.

What is kept are the pages as JSON values, so that there is one way to read them, in the form that Python reads
quickest. A cache may never make a wrong plan: a file belongs to one registry, product and token, and to one version of
Python; a digest keyed with the token covers its content; anything that is not exactly that is a miss. Not being able to
write is no error.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import marshal
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.project import Secret
from reconciler.project.private_file import replace_private_file
from reconciler.values import JsonValue

_FORMAT = "reconciler-snapshot-2"


@dataclass(frozen=True, slots=True)
class Saved:
    """A snapshot: the `ETag` of its first page, and all pages."""

    etag: str
    pages: tuple[JsonValue, ...]


@dataclass(frozen=True, slots=True)
class SnapshotCache:
    """The snapshot of one product, as one token sees it. Without a folder nothing is kept."""

    folder: Path | None
    url: str
    product: str
    token: Secret | None = field(default=None, repr=False)

    def load(self) -> Saved | None:
        """Return what was saved last, if it is whole and ours."""
        if self.folder is None:
            return None
        try:
            head, _, body = (self.folder / self._name()).read_bytes().partition(b"\n")
            return self._saved(json.loads(head), body)
        except (OSError, ValueError, RecursionError, EOFError, TypeError):
            return None

    def save(self, saved: Saved) -> None:
        """Keep a snapshot in place of the last one."""
        if self.folder is None:
            return
        body = marshal.dumps(saved.pages)
        head = self._head(saved.etag, body)
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_private_file(self.folder / self._name(), json.dumps(head).encode() + b"\n" + body)

    def _saved(self, head: Any, body: bytes) -> Saved | None:
        etag = head.get("etag") if isinstance(head, dict) else None
        if not isinstance(etag, str) or head != self._head(etag, body):
            return None
        return Saved(etag, marshal.loads(body))  # noqa: S302 - this user's own file, as it was written

    def _head(self, etag: str, body: bytes) -> dict[str, Any]:
        of = {"format": _FORMAT, "python": sys.version, "registry": self.url, "product": self.product, "etag": etag}
        digest = hmac.new(self._key(), json.dumps(of).encode(), hashlib.sha256)
        digest.update(body)
        return {**of, "digest": digest.hexdigest()}

    def _name(self) -> str:
        identity = json.dumps([self.url, self.product]).encode()
        return hmac.new(self._key(), identity, hashlib.sha256).hexdigest() + ".snapshot"

    def _key(self) -> bytes:
        return self.token.reveal().encode() if self.token else b""
