"""A small HTTP server that hands every request to a function and keeps a list of them: for counting, and for answering.

It runs on an event loop in a thread of its own, and parses no more of HTTP than a client of ours sends, so that what it
takes for itself is a fraction of a millisecond a request.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlsplit

_HOP = frozenset({"transfer-encoding", "content-length", "connection"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. Names of headers are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def is_write(self) -> bool:
        """Whether it may change something."""
        return self.method != "GET"


@dataclass(frozen=True, slots=True)
class Answered:
    """What a request is answered with."""

    status: int
    headers: dict[str, str]
    body: bytes


Answering = Callable[[Asked], Awaitable[Answered]]


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that was answered: from its first byte's arrival to its answer's last byte handed to the system."""

    asked: Asked
    answered: Answered
    began: float
    ended: float


@dataclass
class Exchange:
    """Where the server is, and what it has seen since it was last asked."""

    url: str = ""
    seen: list[Seen] = field(default_factory=list)

    def taken(self) -> list[Seen]:
        """Return what was seen, and begin anew."""
        seen, self.seen = self.seen, []
        return seen


@contextmanager
def exchange(answering: Answering) -> Iterator[Exchange]:
    """Serve on a free port of this machine."""
    loop = asyncio.new_event_loop()
    found = Exchange()
    server = loop.run_until_complete(loop.create_server(lambda: _Connection(answering, found), "127.0.0.1", 0))
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.close()


def forwarding(url: str) -> Answering:
    """Return a function that passes requests on to a server, and its answers back as they are."""
    place = urlsplit(url).netloc

    def passed(asked: Asked) -> Answered:
        connection = HTTPConnection(place)
        connection.request(asked.method, asked.path, asked.body or None, asked.headers)
        answer = connection.getresponse()
        headers = {name: value for name, value in answer.getheaders() if name.lower() not in _HOP}
        content = answer.read()
        connection.close()
        return Answered(answer.status, headers, content)

    async def answering(asked: Asked) -> Answered:
        return await asyncio.to_thread(passed, asked)

    return answering


class _Connection(asyncio.Protocol):
    """One connection: a request is answered before the next one is read."""

    def __init__(self, answering: Answering, exchange: Exchange) -> None:
        self._answering = answering
        self._exchange = exchange
        self._received = b""
        self._began = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what a server's protocol is given
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._began = self._began or time.perf_counter()
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        asked = _parsed(head, body)
        if len(body) < int(asked.headers.get("content-length", 0)):
            return
        began, self._began, self._received = self._began, 0.0, b""
        task = asyncio.ensure_future(self._answer(asked, began))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, asked: Asked, began: float) -> None:
        answered = await self._answering(asked)
        lines = [f"HTTP/1.1 {answered.status} -", f"Content-Length: {len(answered.body)}"]
        lines += [f"{name}: {value}" for name, value in answered.headers.items()]
        self._transport.write("\r\n".join([*lines, "", ""]).encode("latin-1") + answered.body)
        self._exchange.seen.append(Seen(asked, answered, began, time.perf_counter()))


def _parsed(head: bytes, body: bytes) -> Asked:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ")
    named = (line.partition(":") for line in lines)
    return Asked(method, path, {name.lower(): value.strip() for name, _, value in named}, body)
