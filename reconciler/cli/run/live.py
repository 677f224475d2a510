"""The registry of a run, asked while the manifests are read: where it is behind a network, that costs only waiting."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from reconciler.cli.run.inputs import Run
from reconciler.errors import ReconcilerError
from reconciler.registry import is_behind_http

if TYPE_CHECKING:
    from reconciler.port import ImpactReader, Snapshot


class Live:
    """A registry that is open for reading while the block lasts. What goes wrong is raised where it is asked for."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._open = ExitStack()
        self._reader: ImpactReader | None = None
        self._snapshot: Snapshot | None = None
        self._failed: BaseException | None = None
        self._fetching: threading.Thread | None = None

    def __enter__(self) -> Self:
        if is_behind_http(self.run.registry):
            try:
                reader = self.reader
            except ReconcilerError as error:
                self._failed = error  # what is wrong in the manifests is told first
            else:
                # A daemon, because a run that found a mistake in the manifests does not wait for an answer.
                self._fetching = threading.Thread(target=self._fetch, args=(reader,), daemon=True)
                self._fetching.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def reader(self) -> ImpactReader:
        """The open registry. Raises RegistryError where it can't be opened."""
        if self._reader is None:
            self._reader = self._open.enter_context(self.run.reader())
        return self._reader

    def snapshot(self) -> Snapshot:
        """Return what was fetched when the block began. Raises RegistryError."""
        if self._fetching is not None:
            self._fetching.join()
        elif self._failed is None:
            self._fetch(self.reader)
        if self._failed is not None:
            raise self._failed
        assert self._snapshot is not None  # noqa: S101 - it was fetched, or had failed
        return self._snapshot

    def _fetch(self, reader: ImpactReader) -> None:
        try:
            self._snapshot = reader.fetch()
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits for it
            self._failed = error
