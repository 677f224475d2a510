"""One call to the platform's proxy: enveloped, sent, read, and sent again where that is safe."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import TypeVar

from reconciler.port import RegistryUnavailable
from reconciler.registry.ductape.answers import Answers, Call, Missing
from reconciler.registry.ductape.credentials import Credentials
from reconciler.registry.ductape.envelope import encrypt
from reconciler.registry.ductape.extension import HEADER, VERSION
from reconciler.registry.http import Malformed, json_body
from reconciler.registry.http.link import Link
from reconciler.registry.http.retry import Fate, NoAnswer, Patience, Settle, read, write
from reconciler.registry.http.transport import Answer, Request
from reconciler.values import JsonValue

T = TypeVar("T")

PATH = "/proxy/v1/sdk-proxy/execute"
# In the units in which the platform's own client counts: UTF-16.
GZIP_ABOVE = 204_800


class Extended(Exception):
    """What was asked in the platform's form was answered in ours. Passes `registry.plain`, and is caught here."""


class Proxy:
    """The proxy of one platform, for one user. May be used by several threads at once.

    Whether it is in truth a registry of ours, the first answer tells, for good.
    """

    def __init__(self, link: Link, credentials: Credentials) -> None:
        self._link = link
        self._credentials = credentials
        self._answers = Answers(link.refusals, credentials)
        self._is_extended: bool | None = None

    @property
    def place(self) -> str:
        """What the platform is called in messages."""
        return self._link.refusals.place

    @property
    def is_extended(self) -> bool | None:
        """Whether the other side knows the extension; None before it has answered."""
        return self._is_extended

    def read(self, call: Call, patience: Patience | None = None) -> JsonValue:
        """Return what a call of the platform's that changes nothing gives. Raises Extended, Missing, RegistryError."""
        try:
            value = read(lambda: self._attempt(call), patience or self._link.patience)
        except Missing:
            if not self._is_extended:
                raise
        else:
            if not self._is_extended:
                return value
        raise Extended

    def write(self, call: Call, settle: Callable[[Patience], bool | None]) -> None:
        """Make a call that changes something, once. `settle` finds out whether one whose answer was lost did it."""

        def attempt() -> bool:
            self._attempt(call)
            return True

        write(attempt, self._link.patience, settle)

    def ask(self, call: Call, decode: Callable[[JsonValue], T], patience: Patience | None = None) -> T:
        """Return what a call of the extension that changes nothing gives. Raises Missing, RegistryError."""
        value = read(lambda: self._attempt_ours(call), patience or self._link.patience)
        return self._decoded(call, value, decode)

    def change(self, call: Call, decode: Callable[[JsonValue], T], settle: Settle[T]) -> T:
        """Make a call of the extension that changes something, once, and return what it gives."""

        def attempt() -> T:
            value = self._attempt_ours(call)
            try:
                return self._decoded(call, value, decode)
            except RegistryUnavailable as unreadable:
                failed = unreadable
            # It said that it had done it; only what exactly is unknown.
            raise NoAnswer(failed, Fate.UNKNOWN)

        return write(attempt, self._link.patience, settle)

    def close(self) -> None:
        """Close the connections."""
        self._link.close()

    def _attempt(self, call: Call) -> JsonValue:
        try:
            answer = self._link.transport.send(self._request(call))
        except NoAnswer as missed:
            failed = missed
        else:
            return self._learned(call, answer)
        # Outside the handler: no traceback may lead into the library, whose frames hold the token.
        raise NoAnswer(self._answers.about(call, failed.error), failed.fate, failed.wait)

    def _attempt_ours(self, call: Call) -> JsonValue:
        """Make a call of the extension. Only the registry itself can tell what is missing, and no gateway before it."""
        try:
            return self._attempt(call)
        except Missing as missing:
            if missing.is_extended:
                raise
            told = str(missing)
        raise NoAnswer(RegistryUnavailable(told, hint="Is the registry URL right?", tag=call.tag), Fate.FINAL)

    def _learned(self, call: Call, answer: Answer) -> JsonValue:
        try:
            reply = self._answers.reply(call, answer)
        except Missing as missing:
            self._learn(is_extended=missing.is_extended)
            raise
        self._learn(is_extended=reply.is_extended)
        return reply.value

    def _learn(self, *, is_extended: bool) -> None:
        if self._is_extended is None:
            self._is_extended = is_extended

    def _decoded(self, call: Call, value: JsonValue, decode: Callable[[JsonValue], T]) -> T:
        try:
            return decode(value)
        except Malformed as malformed:
            text = f"{call.told}: {self.place} gave an answer that can't be understood: {malformed}"
        raise RegistryUnavailable(text, tag=call.tag)

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
        asked = {} if self._is_extended is False else {HEADER: VERSION}
        if len(body.encode("utf-16-le")) // 2 <= GZIP_ABOVE:
            return Request("POST", PATH, headers=asked, body=body.encode(), tag=call.tag)
        packed = gzip.compress(body.encode(), mtime=0)
        return Request("POST", PATH, headers={**asked, "Content-Encoding": "gzip"}, body=packed, tag=call.tag)


def _compact(value: dict[str, JsonValue]) -> str:
    """Return JSON as JavaScript's `JSON.stringify` writes it. Raises RegistryRejected for what can't be sent."""
    return json_body(value).decode()
