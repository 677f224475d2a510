"""The servers of the benchmarks: our own, and one that answers with constants."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

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

    def records(self, product: str) -> list[Any]:
        """Return all records of a product, as JSON has them."""
        items: list[Any] = []
        cursor: str | None = ""
        while cursor is not None:
            url = f"{self.url}/v1/products/{product}/session-types?limit=5000" + (f"&cursor={cursor}" if cursor else "")
            asked = urllib.request.Request(url, headers={"Authorization": f"Bearer {self.token}"})  # noqa: S310 - loopback
            with urllib.request.urlopen(asked) as answer:  # noqa: S310 - loopback
                page = json.load(answer)
            items += page["items"]
            cursor = page["next"]
        return items

    @property
    def token(self) -> str:
        """The token of the registry."""
        return self.environment["RECONCILER_TOKEN"]


@contextmanager
def registry_server(root: Path) -> Iterator[Served]:
    """Run `reconciler serve` on an empty SQLite file."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPATH": str(Path(__file__).parent.parent)}
    database = f"sqlite:///{root / 'registry.db'}"
    command = [sys.executable, "-m", "reconciler", "serve", "--database", database, "--port", "0"]
    log = root / "serve.log"
    with log.open("w") as stream:
        process = subprocess.Popen(command, env=environment, cwd=root, stdout=stream, stderr=stream)  # noqa: S603 - our own
        try:
            url, token = (_found(pattern, log, process) for pattern in (r"http://127[\d.]+:\d+", r"rct_[\w-]+"))
            _wait_for(url, log, process)
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


def _wait_for(url: str, log: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers: it names its address before it listens."""
    while process.poll() is None:
        with suppress(urllib.error.URLError), urllib.request.urlopen(f"{url}/readyz"):  # noqa: S310 - loopback
            return
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
                kept[product] = json.dumps({"items": served.records(product)}).encode()
            body = kept[product]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with _serving(Handler) as url:
        yield url
