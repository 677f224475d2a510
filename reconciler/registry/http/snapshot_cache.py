"""The last snapshot, kept so that an unchanged product costs one request without a body.

What is kept are the pages as they were sent, so that there is one way to read them. A cache may never make a wrong
plan: a file belongs to one registry, product and token; a digest keyed with the token covers its content; anything that
is not exactly that is a miss. Not being able to write is no error.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.project import Secret
from reconciler.project.private_file import replace_private_file

_FORMAT = "reconciler-snapshot-1"


@dataclass(frozen=True, slots=True)
class Saved:
    """A snapshot: the `ETag` of its first page, and all pages."""

    etag: str
    pages: tuple[bytes, ...]


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
        except (OSError, ValueError, RecursionError):
            return None

    def save(self, saved: Saved) -> None:
        """Keep a snapshot in place of the last one."""
        if self.folder is None:
            return
        body = b"".join(saved.pages)
        head = self._head(saved.etag, [len(page) for page in saved.pages], body)
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_private_file(self.folder / self._name(), json.dumps(head).encode() + b"\n" + body)

    def _saved(self, head: Any, body: bytes) -> Saved | None:
        if not isinstance(head, dict):
            return None
        etag, lengths = head.get("etag"), head.get("lengths")
        if not isinstance(etag, str) or not isinstance(lengths, list) or head != self._head(etag, lengths, body):
            return None
        ends = [sum(lengths[: at + 1]) for at in range(len(lengths))]
        return Saved(etag, tuple(body[end - length : end] for end, length in zip(ends, lengths, strict=True)))

    def _head(self, etag: str, lengths: list[int], body: bytes) -> dict[str, Any]:
        head = {"format": _FORMAT, "registry": self.url, "product": self.product, "etag": etag, "lengths": lengths}
        digest = hmac.new(self._key(), json.dumps(head).encode(), hashlib.sha256)
        digest.update(body)
        return {**head, "digest": digest.hexdigest()}

    def _name(self) -> str:
        identity = json.dumps([self.url, self.product]).encode()
        return hmac.new(self._key(), identity, hashlib.sha256).hexdigest() + ".snapshot"

    def _key(self) -> bytes:
        return self.token.reveal().encode() if self.token else b""
