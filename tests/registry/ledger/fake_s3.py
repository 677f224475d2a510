"""An object store that speaks as much of S3 as a ledger needs: GET, and PUT under a condition."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class FakeS3:
    """Objects by their path. `refuses` is the status of every answer, where it is set."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.puts = 0
        self.refuses: int | None = None
        self.lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"fake": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.environment = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._server.server_address[1]}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "s3cret",
            "AWS_REGION": "us-east-1",
        }

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _etag(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


class _Handler(BaseHTTPRequestHandler):
    disable_nagle_algorithm = True  # or an answer's second part waits for the client's next word
    fake: FakeS3
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        content = self.fake.objects.get(self.path)
        if self.fake.refuses or content is None:
            self._send(self.fake.refuses or 404)
        else:
            self._send(200, content)

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self.fake.refuses:
            self._send(self.fake.refuses)
            return
        with self.fake.lock:
            held = self.fake.objects.get(self.path)
            wanted = self.headers.get("If-Match")
            new = self.headers.get("If-None-Match") == "*"
            if (new and held is not None) or (wanted is not None and (held is None or _etag(held) != wanted)):
                self._send(412)
                return
            self.fake.objects[self.path] = content
            self.fake.puts += 1
        self._send(200, b"", _etag(content))

    def _send(self, status: int, content: bytes = b"", etag: str | None = None) -> None:
        self.send_response(status)
        self.send_header("ETag", etag or _etag(content))
        self.send_header("Last-Modified", "Tue, 24 Nov 2026 12:00:00 GMT")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        pass
