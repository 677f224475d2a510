"""The registry that does not exist yet, as a reader sees it: empty.

A first `plan` must show what a first `apply` would do, without creating anything and without loading the SQL library.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Self

from reconciler.port import Snapshot

if TYPE_CHECKING:
    from reconciler.port import HistoryEntry, Impact


class EmptyReader:
    """A reader of nothing."""

    def fetch(self) -> Snapshot:
        """Return the snapshot without records."""
        return Snapshot(exists=False)

    def history(self, *, tag: str | None = None, after: int = 0) -> tuple[HistoryEntry, ...]:  # noqa: ARG002
        """Return no entries."""
        return ()

    def impact(self, tag: str) -> Impact | None:  # noqa: ARG002
        """Return none: there is no such record."""
        return None

    def impacts(self, tags: Collection[str]) -> Mapping[str, Impact]:  # noqa: ARG002
        """Return no impacts: there are no records."""
        return {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass
