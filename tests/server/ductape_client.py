"""A client of the Ductape platform: envelopes of its own, both headers, answers taken apart."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

import httpx
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

EXECUTE = "/proxy/v1/sdk-proxy/execute"
LOGIN = "/users/v1/login"
KEY = "pk_of_nobody"
USER = "64b000000000000000000001"


def enveloped(plain: bytes, key: str = KEY) -> str:
    """Return an envelope as crypto-js makes it; not with the code that is tested."""
    iv = os.urandom(16)
    padding = 16 - len(plain) % 16
    encryptor = Cipher(algorithms.AES256(hashlib.sha256(key.encode()).digest()), modes.CBC(iv)).encryptor()
    text = encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()
    return f"{iv.hex()}:{base64.b64encode(text).decode()}"


def body_of(module: str, method: str, *params: Any, **changed: Any) -> dict[str, Any]:
    """Return the body of a call, some of its fields changed."""
    inner = {"module": module, "method": method, "params": list(params), "user_id": USER}
    return {
        "encrypted_payload": enveloped(json.dumps(inner).encode()),
        "workspace_id": "ws-1",
        "user_id": USER,
        "public_key": KEY,
        **changed,
    }


def refused(answer: httpx.Response, status: int, code: str) -> str:
    """Hold a refusal against the platform's form, and return its message."""
    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, code), answer.text
    assert set(told) == {"status", "message", "code"}
    assert told["status"] is False
    assert answer.headers["cache-control"] == "no-store"
    return str(told["message"])


@dataclass
class DuctapeClient:
    """Calls a server at one product, with one token."""

    http: httpx.Client
    product: str
    token: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        return {"x-access-token": self.token, "Authorization": f"Bearer {self.token}"}

    def execute(self, module: str, method: str, *params: Any, gzipped: bool = False) -> httpx.Response:
        body = json.dumps(body_of(module, method, *params)).encode()
        headers = {**self.headers, "Content-Type": "application/json"}
        if gzipped:
            body, headers = gzip.compress(body), {**headers, "Content-Encoding": "gzip"}
        return self.http.post(EXECUTE, content=body, headers=headers)

    def call(self, method: str, *params: Any, module: str = "sessions") -> Any:
        """Return what a call gives, once its answer has the platform's form."""
        answer = self.execute(module, method, *params)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert set(told) == {"status", "message", "code", "data"}
        assert told["status"] is True
        assert set(told["data"]) == {"data", "execution_time_ms", "request_id"}
        assert isinstance(told["data"]["execution_time_ms"], int)
        assert told["data"]["request_id"] == answer.headers["x-request-id"]
        return told["data"]["data"]

    def at(self, method: str, /, **fields: Any) -> Any:
        """Return what a call of the runtime gives."""
        return self.call(method, {"product": self.product, **fields})

    def refused_at(self, status: int, code: str, method: str, /, **fields: Any) -> str:
        return refused(self.execute("sessions", method, {"product": self.product, **fields}), status, code)
