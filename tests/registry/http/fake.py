"""A registry server made from the agreement alone: the standard library's HTTP server over a store on SQLite.

It can be told to fail, and how: before a request is carried out or after. It counts every request.
"""

from __future__ import annotations

import gzip
import json
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from reconciler.port import (
    ChangesetRegistry,
    Create,
    Delete,
    HistoryEntry,
    Record,
    RegistryRejected,
    Source,
    StaleRecord,
    TagExists,
    Update,
    Write,
)
from reconciler.registry import open_registry
from reconciler.session_type import SessionType, check
from reconciler.values import exact_rfc3339, json_pointer

TOKEN = "rct_1a2b_s3cretS3CRETs3cret"  # noqa: S105 - opens nothing but this


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any

    @property
    def source(self) -> Source | None:
        given = {name: self.headers.get(f"reconciler-{name}") for name in ("project", "file", "commit", "plan")}
        project, *rest = (None if value is None else unquote(value) for value in given.values())
        return None if project is None else Source(project, *rest)


@dataclass(frozen=True)
class Reply:
    status: int
    value: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None

    def content(self) -> bytes:
        if self.text is not None:
            return self.text.encode()
        return b"" if self.status in {204, 304} else json.dumps(self.value, ensure_ascii=False).encode()


@dataclass(frozen=True)
class Fault:
    """How an exchange goes wrong: `answer` in place of the true one, or a broken connection."""

    answer: Reply | None = None
    carried_out: bool = False
    cut: bool = False
    cut_in_body: bool = False
    hang: bool = False


HTML = Reply(502, text="<html><h1>Bad gateway</h1></html>", headers={"Content-Type": "text/html"})


def problem(status: int, code: str, detail: str = "", **members: Any) -> Reply:
    value = {"type": "about:blank", "title": code, "status": status, "code": code, "detail": detail, **members}
    return Reply(status, value, {"Content-Type": "application/problem+json"})


class FakeServer:
    """The server. `faults` holds, by method, what the next requests run into."""

    def __init__(self, root: Path, *, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self._root = root
        self._released = threading.Event()
        self._lock = threading.Lock()
        self._creating = threading.Lock()
        self._created: dict[str, tuple[Any, Record]] = {}
        self._stores: dict[tuple[str, str], ChangesetRegistry] = {}
        self._open = ExitStack()
        self.seen: list[Seen] = []
        self.connections = 0
        self.connections_open = 0
        self.faults: dict[str, list[Fault]] = {}
        self.before_page: Callable[[], None] | None = None
        self._hooks: dict[str, list[Callable[[], object]]] = {}
        # None is for an older server, which does not know the address.
        self.impacts: dict[str, Any] | None = None
        self.authorized: Mapping[str, Reply | None] = {TOKEN: None}
        self._server = ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (_Handler,), {"fake": self}))
        self._server.daemon_threads = True
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.port = self._server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    def store(self, product: str = "storefront", actor: str = "token:ci") -> ChangesetRegistry:
        """Return what is served, for looking at it and for writing behind the client's back."""
        with self._lock:
            if (product, actor) not in self._stores:
                opened = open_registry("sqlite:///served.db", product=product, root=self._root, actor=actor)
                self._stores[product, actor] = self._open.enter_context(opened)
            return self._stores[product, actor]

    def close(self) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._open.close()

    def fail(self, method: str, *faults: Fault) -> None:
        self.faults.setdefault(method, []).extend(faults)

    def on_next(self, method: str, *hooks: Callable[[], object], skip: int = 0) -> None:
        """Call a hook before each of the next requests of a method is answered, or of those after them."""
        self._hooks[method] = [*[_nothing] * skip, *hooks]

    def made(self, *methods: str) -> list[str]:
        """Return the methods of the requests so far, or those of them that were asked for."""
        return [seen.method for seen in self.seen if not methods or seen.method in methods]

    @contextmanager
    def connected(self) -> Iterator[None]:
        with self._lock:
            self.connections += 1
            self.connections_open += 1
        try:
            yield
        finally:
            with self._lock:
                self.connections_open -= 1

    def exchange(self, seen: Seen) -> tuple[Reply | None, Fault]:
        with self._lock:
            self.seen.append(seen)
            waiting = self.faults.get(seen.method, [])
            fault = waiting.pop(0) if waiting else Fault()
            hooks = self._hooks.get(seen.method, [])
            hook = hooks.pop(0) if hooks else _nothing
        hook()
        if fault.hang:
            self._released.wait()
            return None, fault
        broken = fault.cut or fault.answer is not None
        reply = self._answer(seen) if fault.carried_out or not broken else None
        return (fault.answer or reply), fault

    def _answer(self, seen: Seen) -> Reply:
        bearer = seen.headers.get("authorization", "").removeprefix("Bearer ")
        if not bearer:
            return problem(401, "token-missing", "A token is needed.")
        refused = self.authorized.get(bearer, problem(401, "token-unknown", "The token is not known."))
        if refused:
            return refused
        try:
            return self._route(seen)
        except TagExists as error:
            return problem(409, "tag-exists", f"{error.message}. {error.hint}", tag=error.tag)
        except StaleRecord as error:
            return problem(412, "stale-record", f"{error.message}. {error.hint}", tag=error.tag)
        except RegistryRejected as error:
            listed = [
                {"pointer": json_pointer(each.path), "message": each.detail, "hint": each.hint, "code": each.code.value}
                for each in getattr(error, "problems", ())
            ]
            code = "invalid-session-type" if listed else "invalid-request"
            return problem(422, code, error.message, errors=listed, tag=error.tag)

    def _route(self, seen: Seen) -> Reply:
        path = re.fullmatch(r"/v1/products/([^/]+)/([a-z-]+)(?:/([^/]+))?", seen.path)
        if path is None:
            return problem(404, "not-found", "There is no such path.")
        store, tag = self.store(unquote(path[1])), unquote(path[3] or "")
        match seen.method, path[2], bool(tag):
            case "GET", "session-types", False:
                return self._page(store, seen)
            case "GET", "session-types", True:
                return _one(store, tag)
            case "GET", "history", False:
                return _history(store, seen)
            case "GET", "impact", False if self.impacts is not None:
                return Reply(200, {"items": [{"tag": tag, **known} for tag, known in self.impacts.items()]})
            case "POST", "session-types", False:
                return self._create(store, seen)
            case "PATCH", "session-types", True:
                record = store.update(tag, seen.body, revision=_revision(seen), source=seen.source)
                return Reply(200, _record(record))
            case "DELETE", "session-types", True:
                store.delete(tag, revision=_revision(seen), source=seen.source)
                return Reply(204)
            case "POST", "changesets", False:
                store.commit([_write(each) for each in seen.body["writes"]])
                return Reply(200, {"revision": store.fetch().revision})
        return problem(405, "method-not-allowed")

    def _page(self, store: ChangesetRegistry, seen: Seen) -> Reply:
        if self.before_page:
            self.before_page()
        snapshot = store.fetch()
        etag = f'"{snapshot.revision}"'
        if seen.headers.get("if-none-match") == etag:
            return Reply(304, headers={"ETag": etag})
        limit, after = int(seen.query.get("limit", "1000")), seen.query.get("cursor", "")
        rest = [record for record in snapshot.records if record.tag > after]
        page = {"items": [_record(each) for each in rest[:limit]], "revision": snapshot.revision}
        more = rest[limit - 1].tag if len(rest) > limit else None
        return Reply(200, {**page, "next": more}, {"ETag": etag})

    def _create(self, store: ChangesetRegistry, seen: Seen) -> Reply:
        key = seen.headers["idempotency-key"]
        with self._creating:
            if key in self._created:
                body, record = self._created[key]
                if body != seen.body:
                    return problem(422, "idempotency-conflict", "The key was used for another request.")
                return Reply(201, _record(record), {"Idempotency-Replayed": "true"})
            record = store.create(_checked(seen.body), seen.source)
            self._created[key] = (seen.body, record)
        return Reply(201, _record(record))


def _nothing() -> None:
    pass


class _Handler(BaseHTTPRequestHandler):
    disable_nagle_algorithm = True  # or an answer's second part waits for the client's next word
    fake: FakeServer
    protocol_version = "HTTP/1.1"

    def handle(self) -> None:
        try:
            with self.fake.connected():
                super().handle()
        except OSError:  # the client went away
            self.close_connection = True

    def answer(self) -> None:
        split = urlsplit(self.path)
        content = self.rfile.read(int(self.headers.get("content-length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = {name: values[0] for name, values in parse_qs(split.query).items()}
        body = json.loads(content) if content else None
        reply, fault = self.fake.exchange(Seen(self.command, split.path, query, headers, body))
        if reply is None or (fault.cut and not fault.cut_in_body):
            self.hang_up()
        else:
            self.send(reply, cut=fault.cut_in_body)

    def send(self, reply: Reply, *, cut: bool) -> None:
        content = reply.content()
        headers = {"Content-Type": "application/json", **reply.headers}
        if len(content) > 1024 and "gzip" in self.headers.get("accept-encoding", ""):
            content = gzip.compress(content)
            headers["Content-Encoding"] = "gzip"
        self.send_response(reply.status)
        for name, value in headers.items():
            self.send_header(name, value)
        if reply.status not in {204, 304}:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if cut else content)
        if cut:
            self.hang_up()

    def hang_up(self) -> None:
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815


def _revision(seen: Seen) -> int:
    return int(seen.headers["if-match"].strip('"'))


def _one(store: ChangesetRegistry, tag: str) -> Reply:
    found = [record for record in store.fetch().records if record.tag == tag]
    return Reply(200, _record(found[0])) if found else problem(404, "not-found", f"There is no `{tag}`.")


def _history(store: ChangesetRegistry, seen: Seen) -> Reply:
    limit, after = int(seen.query.get("limit", "1000")), int(seen.query.get("after", "0"))
    entries = list(store.history(tag=seen.query.get("tag"), after=after))
    more = entries[limit - 1].revision if len(entries) > limit else None
    return Reply(200, {"items": [_entry(each) for each in entries[:limit]], "next_after": more})


def _checked(body: Any) -> SessionType:
    checked = check(body)
    if checked.session_type is None:
        raise RegistryRejected("; ".join(each.detail for each in checked.problems))
    return checked.session_type


def _write(given: Any) -> Write:
    source = Source(**given["source"]) if given["source"] else None
    match given["action"]:
        case "create":
            return Create(_checked(given["spec"]), source)
        case "update":
            return Update(given["tag"], given["fields"], given["revision"], source)
        case _:
            return Delete(given["tag"], given["revision"], source)


def _record(record: Record) -> Any:
    owner = record.managed_by
    return {
        "tag": record.tag,
        "spec": record.spec and record.spec.to_json(),
        "revision": record.revision,
        "managed_by": owner and {"project": owner.project, "file": owner.file, "commit": owner.commit},
        "applied": record.applied and record.applied.to_json(),
        "created_at": exact_rfc3339(record.created_at),
        "updated_at": exact_rfc3339(record.updated_at),
        "updated_by": record.updated_by,
        "unknown": "a newer registry says more",
    }


def _entry(entry: HistoryEntry) -> Any:
    source = entry.source
    return {
        "revision": entry.revision,
        "tag": entry.tag,
        "action": entry.action,
        "at": entry.at.isoformat().replace("+00:00", "Z"),
        "actor": entry.actor,
        "source": source
        and {"project": source.project, "file": source.file, "commit": source.commit, "plan": source.plan},
        "changes": {name: {"before": before, "after": after} for name, (before, after) in entry.changes.items()},
    }
