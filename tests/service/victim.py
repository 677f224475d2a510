"""A server that is killed without warning and started anew, on the same port."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from tests.server.running import Process


class Victim:
    """The server."""

    def __init__(self, folder: Path, database: str) -> None:
        self._folder, self._database = folder, database
        self._process = Process(folder, "--database", database)
        self.url = self._process.url()
        self.deaths = 0

    def die_and_rise(self) -> None:
        self._process.popen.kill()
        self._process.popen.wait(30)
        self.deaths += 1
        port = self.url.rpartition(":")[2]
        self._process = Process(self._folder, "--database", self._database, "--port", port)
        self._process.url()

    def stop(self) -> None:
        self._process.__exit__()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
