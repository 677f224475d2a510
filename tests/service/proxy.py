"""A proxy between the command line and a real server: it counts requests, and can lose answers on the way."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Traffic:
    """What went through: method, path without query, status.

    `lose` answers are cut off after the server gave them, and after `meanwhile` was called. What is in `once`, by
    method, happens once, after the server's answer and before it is passed on.
    """

    url: str = ""
    seen: list[tuple[str, str, int]] = field(default_factory=list)
    lose: set[str] = field(default_factory=set)
    once: dict[str, Callable[[], object]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    meanwhile: Callable[[], None] = lambda: None

    def count(self, *methods: str) -> int:
        return sum(method in methods for method, _, _ in self.seen)

    def loses(self, method: str) -> bool:
        with self.lock:
            lost = method in self.lose
            self.lose.discard(method)
            return lost


@contextmanager
def proxy_to(upstream: str) -> Iterator[Traffic]:
    traffic = Traffic()
    host = urlsplit(upstream).netloc

    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True
        protocol_version = "HTTP/1.1"

        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with closing(http.client.HTTPConnection(host, timeout=60)) as connection:
                connection.request(self.command, self.path, body, dict(self.headers))
                answer = connection.getresponse()
                content = answer.read()
            with traffic.lock:
                traffic.seen.append((self.command, urlsplit(self.path).path, answer.status))
            traffic.once.pop(self.command, lambda: None)()
            if traffic.loses(self.command):
                traffic.meanwhile()
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {"transfer-encoding", "connection", "content-length", "date", "server"}:
                    self.send_header(name, value)
            if answer.status not in {204, 304}:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_DELETE = forward  # noqa: N815 - the library's names

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    traffic.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield traffic
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
