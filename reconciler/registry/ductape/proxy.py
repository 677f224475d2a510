"""One call to the platform's proxy: enveloped, sent, read, and sent again where that is safe."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import TypeVar

from reconciler.registry.ductape.answers import Answers, Call
from reconciler.registry.ductape.credentials import Credentials
from reconciler.registry.ductape.envelope import encrypt
from reconciler.registry.http.link import Link
from reconciler.registry.http.retry import NoAnswer, Patience, read, write
from reconciler.registry.http.transport import Request
from reconciler.values import JsonValue

T = TypeVar("T")

PATH = "/proxy/v1/sdk-proxy/execute"
# In the units in which the platform's own client counts: UTF-16.
GZIP_ABOVE = 204_800


class Proxy:
    """The proxy of one platform, for one user. May be used by several threads at once."""

    def __init__(self, link: Link, credentials: Credentials) -> None:
        self._link = link
        self._credentials = credentials
        self._answers = Answers(link.refusals, credentials)

    @property
    def place(self) -> str:
        """What the platform is called in messages."""
        return self._link.refusals.place

    def read(self, call: Call, patience: Patience | None = None) -> JsonValue:
        """Return the value of a call that changes nothing."""
        return read(lambda: self._attempt(call), patience or self._link.patience)

    def write(self, call: Call, settle: Callable[[Patience], bool | None]) -> None:
        """Make a call that changes something, once. `settle` finds out whether one whose answer was lost did it."""

        def attempt() -> bool:
            self._attempt(call)
            return True

        write(attempt, self._link.patience, settle)

    def close(self) -> None:
        """Close the connections."""
        self._link.close()

    def _attempt(self, call: Call) -> JsonValue:
        try:
            answer = self._link.transport.send(self._request(call))
        except NoAnswer as missed:
            failed = missed
        else:
            return self._answers.value(call, answer)
        # Outside the handler: no traceback may lead into the library, whose frames hold the token.
        raise NoAnswer(self._answers.about(call, failed.error), failed.fate, failed.wait)

    def _request(self, call: Call) -> Request:
        who = self._credentials
        plain = _compact(
            {"module": call.module, "method": call.method, "params": [*call.params], "user_id": who.user_id}
        )
        key = who.encryption_key.reveal()
        body = _compact(
            {
                "encrypted_payload": encrypt(plain.encode(), key),
                "workspace_id": who.workspace_id,
                "user_id": who.user_id,
                "public_key": key,
            }
        )
        if len(body.encode("utf-16-le")) // 2 <= GZIP_ABOVE:
            return Request("POST", PATH, body=body.encode(), tag=call.tag)
        packed = gzip.compress(body.encode(), mtime=0)
        return Request("POST", PATH, headers={"Content-Encoding": "gzip"}, body=packed, tag=call.tag)


def _compact(value: dict[str, JsonValue]) -> str:
    """Return JSON as JavaScript's `JSON.stringify` writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
