"""A thread that keeps what a process knows of revoked sessions fresh."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Lock, Thread

from reconciler.errors import ReconcilerError

POLL_SECONDS = 0.5

_log = logging.getLogger("reconciler.sessions")


class Watcher:
    """Calls `catch_up` every half second. While that fails nothing is verified from memory: see the verifier."""

    def __init__(self, catch_up: Callable[[], None]) -> None:
        self._catch_up = catch_up
        self._stopping = Event()
        self._changing = Lock()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Start the thread, if it does not run."""
        with self._changing:
            if self._thread is None:
                self._stopping.clear()
                self._thread = Thread(target=self._run, name="session-events", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Stop the thread and wait for its end."""
        with self._changing:
            self._stopping.set()
            if self._thread is not None:
                self._thread.join()
                self._thread = None

    def _run(self) -> None:
        failing = False
        while True:
            try:
                self._catch_up()
                failing = False
            except ReconcilerError as error:
                if not failing:
                    _log.warning("session events can't be read", extra={"error": error.message})
                failing = True
            if self._stopping.wait(POLL_SECONDS):
                return
