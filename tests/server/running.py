"""A real server on a free port: in a thread of the test, or as the process that people start."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx
import uvicorn
from fastapi import FastAPI

from reconciler.access import Role
from reconciler.registry.connect import utc_now
from reconciler.registry.store import TokenStore, open_database
from reconciler.server import Settings, create_app

SPEC: dict[str, Any] = {
    "name": "User session",
    "tag": "user",
    "description": "",
    "schema": {"userId": "user_123", "details": {"email": "ada@example.com"}},
    "selector": "$Session{userId}",
    "expiry": 7,
    "period": "days",
}
PATIENCE_SECONDS = 30


def spec(tag: str = "user", **fields: Any) -> dict[str, Any]:
    return {**SPEC, "tag": tag, **fields}


@dataclass(frozen=True)
class Running:
    """A server, its database's URL, and its application."""

    url: str
    database: str
    root: Path
    app: FastAPI

    def token(self, role: Role = Role.WRITE, **options: Any) -> str:
        with tokens(self.database, self.root) as store:
            return store.create(options.pop("name", f"t{time.monotonic_ns()}"), role, **options)[1]

    def client(self, secret: str | None = None) -> httpx.Client:
        headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=PATIENCE_SECONDS)


@contextmanager
def tokens(database: str, root: Path) -> Iterator[TokenStore]:
    opened = open_database(database, root)
    try:
        yield TokenStore(opened, utc_now)
    finally:
        opened.close()


@contextmanager
def running(database: str, root: Path, **settings: Any) -> Iterator[Running]:
    """Run the application in a thread."""
    open_database(database, root).close()
    app = create_app(Settings(database, root, **settings))
    with serving(app) as url:
        yield Running(url, database, root, app)


class _Server(uvicorn.Server):
    """Ends when it is told to, where uvicorn looks ten times a second and then waits as long for nobody."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._ended = asyncio.Event()

    def end(self) -> None:
        if self.started:
            self.servers[0].get_loop().call_soon_threadsafe(self._ended.set)

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self._ended.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        assert not sockets
        for listening in self.servers:
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)  # idle connections are gone after that
        await self._wait_tasks_to_complete()
        await self.lifespan.shutdown()


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    server = _Server(uvicorn.Config(app, port=0, log_config=None, access_log=False, server_header=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.end()
        thread.join()


def until(condition: Any) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class Process:
    """`reconciler serve` as a process of its own."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        self._log = folder / f"serve-{time.monotonic_ns()}.log"
        with self._log.open("wb") as log:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "reconciler", "serve", "--port", "0", *arguments],
                cwd=folder,
                stdout=subprocess.DEVNULL,
                stderr=log,
                env={**os.environ, **environment},
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.popen.terminate()
        self.popen.wait(PATIENCE_SECONDS)

    @property
    def stderr(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def lines(self) -> list[dict[str, Any]]:
        """Return what it logged, a line that is still being written apart."""
        whole = self.stderr.rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines() if line.startswith("{")]

    def url(self) -> str:
        """Wait until it answers, and return where."""
        until(lambda: self.popen.poll() is not None or any(line["message"] == "listening" for line in self.lines()))
        assert self.popen.poll() is None, self.stderr
        url = next(str(line["url"]) for line in self.lines() if line["message"] == "listening")
        until(lambda: _answers(url))
        return url


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").status_code == 200
    except httpx.TransportError:
        return False
