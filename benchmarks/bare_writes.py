"""The least that updates could cost: `http.client` in as many threads, and nothing around it.

`python benchmarks/bare_writes.py URL PRODUCT PARALLELISM` lists the records and updates each of them once. The token is
that of `RECONCILER_TOKEN`.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

_OK = 200


class _Caller(threading.local):
    """One connection for each thread."""

    def __init__(self, url: str) -> None:
        self._connection = HTTPConnection(urlsplit(url).netloc)
        self._connection.connect()
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Any:
        headers["Authorization"] = f"Bearer {os.environ['RECONCILER_TOKEN']}"
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != _OK:
            raise SystemExit(f"{method} {path}: {answer.status}")
        return json.loads(content)


def main(url: str, product: str, parallelism: str) -> None:
    """Update every record."""
    caller, records = _Caller(url), f"/v1/products/{product}/session-types"
    listed = caller.call("GET", f"{records}?limit=5000")["items"]

    def update(record: dict[str, Any]) -> None:
        body, condition = b'{"expiry":400}', f'"{record["revision"]}"'
        caller.call("PATCH", f"{records}/{record['tag']}", body, **{"If-Match": condition})

    with ThreadPoolExecutor(int(parallelism)) as pool:
        for _ in pool.map(update, listed):
            pass


if __name__ == "__main__":
    main(*sys.argv[1:])
