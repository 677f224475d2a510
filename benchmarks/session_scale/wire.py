"""`verify` over HTTP, against the bare framework: FastAPI on the same uvicorn, answering a constant body.

Both are processes of their own, asked over the same number of open connections by a client that does as little as can
be: it sends bytes that are ready, and counts answers. Rounds alternate. Beside the rate stands how much processor time
a request takes in the server, which other work on the machine changes less.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.session_scale.shop import ENV, MASTER, PRODUCT, TYPE, data_of, service_of
from benchmarks.session_scale.verifying import Ratio, ratio, with_type
from reconciler.access import Role
from reconciler.registry.store import TokenStore
from reconciler.registry.store.sessions.master_key import VARIABLE
from reconciler.runtime.surroundings import utc_now
from tests.server.running import Process

_CONNECTIONS = 8
_REQUESTS = 2000
_TOKENS = 200
_ROOT = Path(__file__).parents[2]
_BARE = Path(__file__).with_name("bare.py")
_VERIFY = f"/v1/products/{PRODUCT}/envs/{ENV}/sessions/{TYPE.tag}/verify"


@dataclass(frozen=True, slots=True)
class _Round:
    """Requests per second: of the clock, and of the server's processor."""

    rate: float
    cpu_rate: float


def over_http(folder: Path, rounds: int) -> tuple[Ratio, Ratio]:
    """Measure `verify` over HTTP: the rates, and the rates per second of processor time."""
    secret, tokens = _prepared(folder)
    with ExitStack() as stack:
        arguments = "--database", "sqlite:///verify.db"
        environment = {VARIABLE: MASTER.text, "PYTHONPATH": str(_ROOT)}
        ours = stack.enter_context(Process(folder, *arguments, **environment))
        bare = stack.enter_context(_bare())
        ask_ours = stack.enter_context(_Client.to(ours.url(), ours.popen.pid, _requests(_VERIFY, tokens, secret)))
        ask_bare = stack.enter_context(_Client.to(bare[0], bare[1], _requests("/verify", tokens, secret)))
        for client in (ask_ours, ask_bare):
            client.round()
        measured = [(ask_ours.round(), ask_bare.round()) for _ in range(rounds)]
    return (
        ratio("verify over HTTP / bare FastAPI", [(one.rate, two.rate) for one, two in measured], must=0.5),
        ratio("the same, by processor time", [(one.cpu_rate, two.cpu_rate) for one, two in measured], must=0.5),
    )


def _prepared(folder: Path) -> tuple[str, list[str]]:
    """Return an API token, and session tokens."""
    with closing(with_type(folder)) as database, service_of(database) as service:
        _, secret = TokenStore(database, utc_now).create("benchmark", Role.RUNTIME)
        sessions = service.sessions(PRODUCT, ENV)
        return secret, [sessions.start(TYPE.tag, data_of(user)).token for user in range(_TOKENS)]


def _requests(path: str, tokens: list[str], secret: str) -> list[bytes]:
    bodies = (json.dumps({"token": token}).encode() for token in tokens)
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\n"
    kind = "Content-Type: application/json\r\nContent-Length: "
    return [f"{head}{kind}{len(body)}\r\n\r\n".encode() + body for body in bodies]


@contextmanager
def _bare() -> Iterator[tuple[str, int]]:
    """Run the bare framework on a free port, and give its URL and process id."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
        command = [sys.executable, str(_BARE), str(bound.fileno())]
        popen = subprocess.Popen(command, pass_fds=[bound.fileno()])  # noqa: S603 - our own script
    try:
        yield f"http://127.0.0.1:{port}", popen.pid
    finally:
        popen.terminate()
        popen.wait(30)


class _Client:
    """Open connections, each of which waits for its answer before it asks again."""

    def __init__(self, connections: list[socket.socket], server: int, requests: list[bytes]) -> None:
        self._connections = connections
        self._server = server
        self._requests = requests

    @classmethod
    @contextmanager
    def to(cls, url: str, server: int, requests: list[bytes]) -> Iterator[_Client]:
        with ExitStack() as stack:
            address = "127.0.0.1", urlsplit(url).port or 80
            opened = [stack.enter_context(socket.create_connection(address, timeout=30)) for _ in range(_CONNECTIONS)]
            yield cls(opened, server, requests)

    def round(self) -> _Round:
        began, cpu = time.perf_counter(), _cpu_seconds(self._server)
        for number in range(0, _REQUESTS, _CONNECTIONS):
            for offset, connection in enumerate(self._connections):
                connection.sendall(self._requests[(number + offset) % len(self._requests)])
            for connection in self._connections:
                _read_answer(connection)
        asked = -(-_REQUESTS // _CONNECTIONS) * _CONNECTIONS
        return _Round(asked / (time.perf_counter() - began), asked / (_cpu_seconds(self._server) - cpu))


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


def _cpu_seconds(process: int) -> float:
    """Return how long a process has computed, itself and the kernel for it."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
