"""Two clients that ask for verdicts over and over: `wrk`, where it is installed, and one of our own.

Both keep eight connections open, send requests that are ready, and do as little with the answers as can be.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_CONNECTIONS = 8
_REQUESTS = 2000
_SECONDS = 2
_LUA = """
local bodies, requests, at = {{ {bodies} }}, {{}}, 0
init = function(_)
  local headers = {{ ["Authorization"] = "Bearer {secret}", ["Content-Type"] = "application/json" }}
  for number, body in ipairs(bodies) do requests[number] = wrk.format("POST", "{path}", headers, body) end
end
request = function() at = at % #requests + 1; return requests[at] end
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A server, as a URL and a process, and what it is asked: each token in turn, at a path."""

    url: str
    process: int
    path: str
    tokens: list[str]
    secret: str

    @property
    def bodies(self) -> list[str]:
        """The bodies of the requests."""
        return [json.dumps({"token": token}) for token in self.tokens]

    def cpu_seconds(self) -> float:
        """Return how long the server has computed, itself and the kernel for it."""
        fields = Path(f"/proc/{self.process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Round:
    """Requests per second: of the clock, and of the server's processor."""

    rate: float
    cpu_rate: float


class Wrk:
    """`wrk`: it computes next to nothing, so that a server on the same machine is left alone."""

    def __init__(self, asked: Asked, script: Path) -> None:
        self._asked = asked
        self._command = ["wrk", "-t1", f"-c{_CONNECTIONS}", f"-d{_SECONDS}s", "-s", str(script), asked.url]
        bodies = ", ".join(f"[==[{body}]==]" for body in asked.bodies)
        script.write_text(_LUA.format(bodies=bodies, secret=asked.secret, path=asked.path), encoding="utf-8")

    def round(self) -> Round:
        """Ask for two seconds."""
        cpu = self._asked.cpu_seconds()
        told = subprocess.run(self._command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - see above
        cpu = self._asked.cpu_seconds() - cpu
        number, rate = re.search(r"(\d+) requests in", told), re.search(r"Requests/sec: +([\d.]+)", told)
        if number is None or rate is None or "Non-2xx" in told or "Socket errors" in told:
            raise AssertionError(f"Not what was expected: {told}")
        return Round(float(rate[1]), int(number[1]) / cpu)


class Plain:
    """Open connections, each of which waits for its answer before it asks again. It looks at every answer."""

    def __init__(self, asked: Asked, connections: list[socket.socket]) -> None:
        self._asked = asked
        self._connections = connections
        head = f"POST {asked.path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {asked.secret}\r\n"
        kind = "Content-Type: application/json\r\nContent-Length: "
        self._requests = [f"{head}{kind}{len(body)}\r\n\r\n{body}".encode() for body in asked.bodies]

    def round(self) -> Round:
        """Ask two thousand times."""
        began, cpu = time.perf_counter(), self._asked.cpu_seconds()
        for number in range(0, _REQUESTS, _CONNECTIONS):
            for offset, connection in enumerate(self._connections):
                connection.sendall(self._requests[(number + offset) % len(self._requests)])
            for connection in self._connections:
                _read_answer(connection)
        seconds, cpu = time.perf_counter() - began, self._asked.cpu_seconds() - cpu
        return Round(_REQUESTS / seconds, _REQUESTS / cpu)


@contextmanager
def asking(asked: Asked, folder: Path) -> Iterator[Wrk | Plain]:
    """Give a client for a server that has been seen to answer as it should."""
    address = "127.0.0.1", urlsplit(asked.url).port or 80
    with ExitStack() as stack:
        opened = [stack.enter_context(socket.create_connection(address, timeout=30)) for _ in range(_CONNECTIONS)]
        plain = Plain(asked, opened)
        plain.round()
        yield Wrk(asked, folder / f"{asked.process}.lua") if shutil.which("wrk") else plain


def generator() -> str:
    """Name the client."""
    return "wrk" if shutil.which("wrk") else "benchmarks.session_scale.asking"


def _read_answer(connection: socket.socket) -> None:
    """Read one answer; none of them comes in chunks."""
    received = b""
    while True:
        received += (more := connection.recv(65536))
        if not more:
            raise AssertionError("The server closed the connection")
        head, found, body = received.partition(b"\r\n\r\n")
        if found and len(body) == _length(head):
            break
    if not head.startswith(b"HTTP/1.1 200 ") or b'"valid":true' not in body:
        raise AssertionError(f"Not what was expected: {received!r}")


def _length(head: bytes) -> int:
    name = b"content-length: "
    return next(int(line[len(name) :]) for line in head.lower().split(b"\r\n") if line.startswith(name))
