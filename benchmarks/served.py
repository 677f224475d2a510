"""The servers of the benchmarks: our own, one that answers with constants, and a proxy that takes its time."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from reconciler.manifests import ManifestPath, load_manifests
from reconciler.port import Create, Source
from reconciler.registry.store import Store, open_database

_AT_ONCE = 1000


@dataclass(frozen=True)
class Served:
    """`reconciler serve`: its URL, its database, and what a client's environment needs."""

    url: str
    database: str
    root: Path
    environment: dict[str, str]

    def fill(self, product: str, folder: Path) -> None:
        """Put records of a folder's manifests into a product, as an apply would."""
        loaded = load_manifests([ManifestPath(folder, str(folder))], root=self.root, environment={})
        database = open_database(self.database, self.root)
        store = Store(database, product=product, actor="benchmark", clock=lambda: datetime.now(UTC))
        writes = [Create(each.session_type, Source(product, each.file)) for each in loaded.desired]
        for at in range(0, len(writes), _AT_ONCE):
            store.commit(writes[at : at + _AT_ONCE])
        database.close()

    def records(self, product: str) -> bytes:
        """Return all records of a product as one answer."""
        items: list[Any] = []
        cursor: str | None = ""
        while cursor is not None:
            url = f"{self.url}/v1/products/{product}/session-types?limit=5000" + (f"&cursor={cursor}" if cursor else "")
            asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {self.token}"})  # noqa: S310 - loopback
            with urllib.request.urlopen(asked) as answer:  # noqa: S310 - loopback
                page = json.load(answer)
            items += page["items"]
            cursor = page["next"]
        return json.dumps({"items": items}).encode()

    @property
    def token(self) -> str:
        """The token of the registry."""
        return self.environment["RECONCILER_TOKEN"]


@contextmanager
def registry_server(root: Path) -> Iterator[Served]:
    """Run `reconciler serve` on an empty SQLite file."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPATH": str(Path(__file__).parent.parent), "PYTHONPYCACHEPREFIX": str(root / "pyc")}
    database = f"sqlite:///{root / 'registry.db'}"
    command = [sys.executable, "-m", "reconciler", "serve", "--database", database, "--port", "0"]
    log = root / "serve.log"
    with log.open("w") as stream:
        process = subprocess.Popen(command, env=environment, cwd=root, stdout=stream, stderr=stream)  # noqa: S603 - our own
        try:
            url, token = (_found(pattern, log, process) for pattern in (r"http://127[\d.]+:\d+", r"rct_[\w-]+"))
            yield Served(url, database, root, {**environment, "RECONCILER_TOKEN": token})
        finally:
            process.terminate()
            process.wait()


def _found(pattern: str, log: Path, process: subprocess.Popen[bytes]) -> str:
    while process.poll() is None:
        if found := re.search(pattern, log.read_text()):
            return found[0]
        time.sleep(0.05)
    raise SystemExit(f"The server ended: {log.read_text()}")


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def constant_server(served: Served) -> Iterator[str]:
    """Serve `/PRODUCT` with all its records in one answer, made once: the least that a registry could take."""
    kept: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            product = self.path[1:]
            if product not in kept:
                kept[product] = served.records(product)
            body = kept[product]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with _serving(Handler) as url:
        yield url


@dataclass
class Proxied:
    """A proxy's address, how many writes went through, and the seconds from the first to the last answer."""

    url: str = ""
    writes: int = 0
    began: float = 0
    ended: float = 0

    @property
    def span(self) -> float:
        """How long the writes took."""
        return self.ended - self.began


@contextmanager
def delaying_proxy(url: str, *, milliseconds: int) -> Iterator[Proxied]:
    """Pass requests on, and answer each write after a pause."""
    seen = Proxied()
    lock = threading.Lock()
    place = urlsplit(url).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def _pass(self) -> None:
            writes = self.command != "GET"
            with lock:
                seen.writes += writes
                seen.began = seen.began or (time.perf_counter() if writes else 0)
            connection = HTTPConnection(place)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            content = answer.read()
            time.sleep(milliseconds / 1000 if writes else 0)
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {"transfer-encoding", "content-length", "connection"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            connection.close()
            with lock:
                seen.ended = time.perf_counter()

        do_GET = do_POST = do_PATCH = do_DELETE = _pass  # noqa: N815 - the library's names

    with _serving(Handler) as own:
        seen.url = own
        yield seen
