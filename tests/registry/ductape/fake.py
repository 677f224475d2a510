"""The Ductape platform, as far as its public documents and clients tell: over a real socket, its quirks switchable.

Made from the facts page alone, with an envelope of its own, so that the adapter is not tested against itself.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

TOKEN = "eyJh.dUcTaPe.t0ken"  # noqa: S105 - opens nothing but this
USER = "64b000000000000000000001"
KEY = "5f2b1c0e-7d43-4c1a-9a55-0d6c1b2a3f44"
PRODUCT_KEY = "9d1e0000-aaaa-4bbb-8ccc-000000000009"
WORKSPACE = "ws-1"
EMAIL, PASSWORD = "ada@example.com", "correct horse battery"
EXECUTE = "/proxy/v1/sdk-proxy/execute"
HTML = "<html><body><h1>Bad Gateway</h1></body></html>"
# What tells a client who it is.
ENVIRONMENT = {
    "DUCTAPE_AUTH_TOKEN": TOKEN,
    "DUCTAPE_USER_ID": USER,
    "DUCTAPE_PUBLIC_KEY": KEY,
    "DUCTAPE_WORKSPACE_ID": WORKSPACE,
}
_PERIODS = {"secs", "mins", "hours", "days", "weeks", "months", "years"}


@dataclass
class Quirks:
    """How this platform differs from the plainest one."""

    schema_as_text: bool = False
    plain_selectors: bool = False
    server_fields: bool = True
    no_description: bool = False
    deep_merge: bool = False
    fetch_refuses_unknown: bool = True
    create_returns_record: bool = False
    base: str = ""


@dataclass(frozen=True)
class Fault:
    """How one exchange goes wrong: instead of the true answer, after carrying the call out or without doing so."""

    status: int = 200
    body: str | bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    carried_out: bool = False
    half: bool = False
    cut: bool = False


@dataclass(frozen=True)
class Seen:
    """A call as it arrived."""

    module: str
    method: str
    params: list[Any]
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    gzipped: bool

    @property
    def name(self) -> str:
        return self.method


class Refusal(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


class FakePlatform:
    """The platform. `faults` hold, by method, what the next calls run into; `before` what happens just before one."""

    def __init__(self, **quirks: Any) -> None:
        self.quirks = Quirks(**quirks)
        self.products: dict[str, list[dict[str, Any]]] = {}
        self.seen: list[Seen] = []
        self.faults: dict[str, list[Fault]] = {}
        self.before: dict[str, list[Callable[[], None]]] = {}
        self.keys = {KEY}
        self.workspaces: list[dict[str, Any]] = [
            {"workspace_id": WORKSPACE, "workspace_name": "storefront", "user_id": USER, "default": True}
        ]
        self.login_answer: dict[str, Any] | None = None
        self._count = 0
        self._lock = threading.RLock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"fake": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}{self.quirks.base}"

    @property
    def registry(self) -> str:
        return f"ductape+{self.url}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def made(self) -> list[str]:
        """Return the methods of the calls so far."""
        return [seen.method for seen in self.seen]

    def stored(self, product: str = "storefront") -> dict[str, dict[str, Any]]:
        """Return what is stored, by tag."""
        return {record["tag"]: record for record in self.products.get(product, [])}

    def put(self, product: str = "storefront", /, **fields: Any) -> None:
        """Store a record as it is, past every check: another client's, or an older one's."""
        with self._lock:
            records = self.products.setdefault(product, [])
            records[:] = [each for each in records if each["tag"] != fields.get("tag")]
            records.append(fields)

    def edit(self, tag: str, product: str = "storefront", /, **fields: Any) -> None:
        """Change a stored record, as somebody in the workbench does."""
        self.stored(product)[tag].update(fields)

    def drop(self, tag: str, product: str = "storefront") -> None:
        """Delete a stored record, as somebody in the workbench does."""
        self.products[product] = [each for each in self.products[product] if each["tag"] != tag]

    def answer(self, path: str, headers: Mapping[str, str], raw: bytes) -> tuple[int, Any]:
        """Carry a request out, and return status and body."""
        body = json.loads(gzip.decompress(raw) if headers.get("content-encoding") == "gzip" else raw)
        try:
            if path == self.quirks.base + "/users/v1/login":
                return 201, {"status": True, "data": {"result": self._login(body)}}
            if path != self.quirks.base + EXECUTE:
                return 404, HTML
            data = self._execute(headers, body)
        except Refusal as refusal:
            return refusal.status, {"status": False, "message": refusal.message}
        return 200, {"status": True, "code": 200, "data": {"data": data, "execution_time_ms": 3, "request_id": "r-1"}}

    def call_of(self, headers: Mapping[str, str], raw: bytes) -> Seen | None:
        """Return the call in a request, if it is one."""
        gzipped = headers.get("content-encoding") == "gzip"
        body = json.loads(gzip.decompress(raw) if gzipped else raw)
        if "encrypted_payload" not in body:
            return Seen("users", "login", [], headers, body, gzipped)
        try:
            call = json.loads(opened(body["encrypted_payload"], body["public_key"]))
        except ValueError:
            return None
        return Seen(call["module"], call["method"], call["params"], headers, body, gzipped)

    def _login(self, body: Mapping[str, Any]) -> dict[str, Any]:
        if (body["email"], body["password"]) != (EMAIL, PASSWORD):
            raise Refusal(500, "Invalid email or password")
        result = {"_id": USER, "email": EMAIL, "auth_token": TOKEN, "public_key": KEY, "workspaces": self.workspaces}
        return self.login_answer if self.login_answer is not None else result

    def _execute(self, headers: Mapping[str, str], body: Mapping[str, Any]) -> Any:
        if headers.get("x-access-token") != TOKEN or headers.get("authorization") != f"Bearer {TOKEN}":
            raise Refusal(401, "user not authorized")
        if body["public_key"] not in self.keys:
            raise Refusal(400, "Failed to decrypt payload")
        call = json.loads(opened(body["encrypted_payload"], body["public_key"]))
        if list(call) != ["module", "method", "params", "user_id"] or call["user_id"] != body["user_id"] != "":
            raise Refusal(400, "malformed payload")
        if call["module"] != "sessions" or call["method"] not in _METHODS:
            raise Refusal(403, f"{call['module']}.{call['method']} is not allowed")
        with self._lock:
            return _METHODS[call["method"]](self, *call["params"])

    def _list(self, product: str) -> Any:
        return [self._shown(record) for record in self.products.get(product, [])]

    def _fetch(self, product: str, tag: str) -> Any:
        record = self.stored(product).get(tag)
        if record is None and self.quirks.fetch_refuses_unknown:
            raise Refusal(404, f"Session with tag {tag} not found")
        return record and self._shown(record)

    def _create(self, product: str, payload: dict[str, Any]) -> Any:
        wanted = ["name", "tag", "description", "selector", "schema", "expiry", "period"]
        missing = [name for name in wanted if payload.get(name) is None]
        if missing:
            raise Refusal(400, f'"{missing[0]}" is required')
        self._check(payload)
        if payload["tag"] in self.stored(product):
            raise Refusal(400, f"Session tag {payload['tag']} already exists")
        self._count += 1
        extra = {"_id": f"65f{self._count:021}", "workspace_id": WORKSPACE, "active": True, "componentType": "session"}
        record = {**payload, **(extra if self.quirks.server_fields else {})}
        self.products.setdefault(product, []).append(record)
        return self._shown(record) if self.quirks.create_returns_record else None

    def _update(self, product: str, tag: str, patch: dict[str, Any]) -> Any:
        record = self.stored(product).get(tag)
        if record is None:
            raise Refusal(404, f"Session with tag {tag} not found")
        if "tag" in patch:
            raise Refusal(400, '"tag" is not allowed')
        merged = {**record, **patch}
        if self.quirks.deep_merge and "schema" in patch:
            merged["schema"] = {**record["schema"], **patch["schema"]}
        self._check(merged)
        record.update(merged)
        return None

    def _delete(self, product: str, tag: str) -> Any:
        if tag not in self.stored(product):
            raise Refusal(404, f"Session with tag {tag} not found")
        self.drop(tag, product)

    def _check(self, record: Mapping[str, Any]) -> None:
        if not str(record["selector"]).startswith("$Session{"):
            raise Refusal(400, "selector must be a $Session{} path")
        if record["period"] not in _PERIODS:
            raise Refusal(400, f'"period" must be one of {sorted(_PERIODS)}')
        if not isinstance(record["expiry"], int) or record["expiry"] < 1:
            raise Refusal(400, '"expiry" must be at least 1')

    def _shown(self, record: Mapping[str, Any]) -> dict[str, Any]:
        shown = dict(record)
        if self.quirks.schema_as_text:
            shown["schema"] = json.dumps(shown["schema"])
        if self.quirks.plain_selectors:
            shown["selector"] = shown["selector"].removeprefix("$Session{").removesuffix("}").replace("}{", ".")
        if self.quirks.no_description and not shown.get("description"):
            shown.pop("description", None)
        return shown


_METHODS: Mapping[str, Callable[..., Any]] = {
    "list": FakePlatform._list,  # noqa: SLF001 - the table of its own methods
    "fetch": FakePlatform._fetch,  # noqa: SLF001
    "create": FakePlatform._create,  # noqa: SLF001
    "update": FakePlatform._update,  # noqa: SLF001
    "delete": FakePlatform._delete,  # noqa: SLF001
}


def opened(envelope: str, public_key: str) -> str:
    """Return what is in an envelope. Raises ValueError."""
    iv, encoded = envelope.split(":")
    cipher = Cipher(algorithms.AES256(hashlib.sha256(public_key.encode()).digest()), modes.CBC(bytes.fromhex(iv)))
    decryptor = cipher.decryptor()
    padded = decryptor.update(base64.b64decode(encoded)) + decryptor.finalize()
    return padded[: -padded[-1]].decode()


class _Handler(BaseHTTPRequestHandler):
    disable_nagle_algorithm = True  # or an answer's second part waits for the client's next word
    fake: FakePlatform
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = self.fake.call_of(headers, raw)
        method = seen.method if seen else "?"
        if seen:
            self.fake.seen.append(seen)
        for happening in self.fake.before.pop(method, []):
            happening()
        waiting = self.fake.faults.get(method, [])
        fault = waiting.pop(0) if waiting else None
        if fault is None or fault.carried_out:
            status, value = self.fake.answer(self.path, headers, raw)
        if fault is not None:
            self._fail(fault)
            return
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        self._send(status, text.encode(), {})

    def _fail(self, fault: Fault) -> None:
        if fault.cut:
            self.close_connection = True
            return
        body = fault.body.encode() if isinstance(fault.body, str) else fault.body
        if fault.half:
            self.close_connection = True
            self.send_response(fault.status)
            self.send_header("Content-Length", str(len(body) + 40))
            self.end_headers()
            self.wfile.write(body)
            return
        self._send(fault.status, body, fault.headers)

    def _send(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        pass
