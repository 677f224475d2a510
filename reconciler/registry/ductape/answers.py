"""What the platform answers: the value that was asked for, or what its refusal means.

An answer reads `{status, message, code, data: {data, …}}`. A refusal may come with any HTTP status, 200 too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.port import (
    RegistryDenied,
    RegistryError,
    RegistryRejected,
    RegistryUnavailable,
    StaleRecord,
    TagExists,
)
from reconciler.registry.ductape.credentials import PRODUCT_KEY, Credentials
from reconciler.registry.ductape.extension import MARK, PROBLEM, VERSION
from reconciler.registry.http import Malformed, json_object
from reconciler.registry.http.refusal import TRANSIENT, Refusals
from reconciler.registry.http.retry import Fate, NoAnswer
from reconciler.registry.http.transport import Answer, Request
from reconciler.registry.stale import HINT
from reconciler.values import JsonValue

_IS_IT = "Is the registry URL right, and is it the Ductape platform that answers there?"
_LOG_IN = "The login may have expired: run `reconciler ductape login` again."
_WRONG_KEY = f"Is DUCTAPE_PUBLIC_KEY the public key of that user? Some workspaces want the product's, in {PRODUCT_KEY}."
# What a transport library says of a status, which tells less than the status itself.
_NOISE = re.compile(r"Request failed with status code \d+", re.IGNORECASE)
_NOT_FOUND = re.compile(r"not found|does ?n[o']t exist|no such", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `params` may hold sensitive samples, and are in no repr. `tags` are those of a changeset's writes."""

    module: str
    method: str
    params: tuple[JsonValue, ...] = field(repr=False)
    tag: str | None = None
    tags: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """What it is called in messages."""
        return f"{self.module}.{self.method}" + (f" of `{self.tag}`" if self.tag else "")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a call gave, and whether it was given with the extension."""

    value: JsonValue = field(repr=False)
    is_extended: bool


class Missing(Exception):
    """The platform has no such session type. Never leaves this package."""

    def __init__(self, message: str, *, is_extended: bool = False) -> None:
        super().__init__(message)
        self.is_extended = is_extended


@dataclass(frozen=True, slots=True)
class Answers:
    """Reads the answers of the platform."""

    refusals: Refusals
    credentials: Credentials

    def reply(self, call: Call, answer: Answer, *, inner: str = "data") -> Reply:
        """Return what an answer holds, `inner` of its data. Raises Missing, NoAnswer, RegistryError."""
        outcome = self._outcome(call, answer, inner)
        # Here, and not where it was made: no frame of a traceback holds what was said, since it may repeat the token.
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _outcome(self, call: Call, answer: Answer, inner: str) -> Reply | Exception:
        ok = 200 <= answer.status < 300  # noqa: PLR2004 - success
        try:
            said = json_object(answer.body)
        except Malformed as malformed:
            if ok:
                unreadable = self.refusals.unreadable(self._masked(answer), self._clean(str(malformed)))
                told = RegistryUnavailable(unreadable.message, hint=_IS_IT)
                return NoAnswer(self.about(call, told), Fate.UNKNOWN)
            said = {}
        if ok and said.get("status") is not False:
            data = said.get("data")
            return Reply(_inner(data, inner), _is_extended(data))
        if isinstance(problem := said.get(PROBLEM), dict):
            return self._problem(call, answer, problem)
        code = said.get("code")
        status = code if ok and isinstance(code, int) and code >= 400 else 400 if ok else answer.status  # noqa: PLR2004
        refusal = self._refusal(call, replace(answer, status=status), _message(said))
        return Missing(str(refusal), is_extended=_is_extended(said)) if isinstance(refusal, Missing) else refusal

    def about(self, call: Call, error: RegistryUnavailable) -> RegistryUnavailable:
        """Return an error of the transport, with the call that it is about."""
        return RegistryUnavailable(f"{call.told}: {error.message}", hint=error.hint, tag=call.tag)

    def _problem(self, call: Call, answer: Answer, problem: dict[str, Any]) -> RegistryError | NoAnswer:
        """Return what the HTTP API's own refusal means, which lies in that of the call."""
        status = problem.get("status")
        body = self.credentials.masked_in(json.dumps(problem)).encode()
        meant = replace(answer, status=status if isinstance(status, int) else answer.status, body=body)
        return self.refusals.error(Request("POST", "", tag=call.tag, tags=call.tags), meant)

    def _refusal(self, call: Call, answer: Answer, message: str) -> Exception:
        status, told = answer.status, self._clean(message) or self._excerpt(answer)
        text = f"{call.told}: {self.refusals.place} refused: {told}"
        match status:
            case _ if status in TRANSIENT:
                missed = self.refusals.transient(answer, told)
                return NoAnswer(self.about(call, missed.error), missed.fate, missed.wait)
            case 401 | 403:
                return RegistryDenied(text, hint=_LOG_IN if message else _IS_IT, tag=call.tag)
            case _ if message and (status == 404 or _NOT_FOUND.search(message)):  # noqa: PLR2004
                return Missing(text)
            case 409:
                kind = TagExists if call.method == "create" else StaleRecord
                return kind(text, hint=HINT, tag=call.tag)
            case 413:
                hint = "The schema's samples make the most of it: shorten them."
                return RegistryRejected(
                    f"{call.told}: {self.refusals.place} takes no request this large (413: {told})",
                    hint=hint,
                    tag=call.tag,
                )
            case _ if 300 <= status < 400:  # noqa: PLR2004 - redirects
                return NoAnswer(self.about(call, self.refusals.redirected(answer)), Fate.FINAL)
            case _ if status >= 500 or not message:  # noqa: PLR2004 - not known whether it was carried out
                text = f"{call.told}: {self.refusals.place} answered {status}: {told}"
                return NoAnswer(RegistryUnavailable(text, hint="" if message else _IS_IT, tag=call.tag), Fate.FINAL)
            case _:
                return self._rejected(text, message, call)

    def _rejected(self, text: str, message: str, call: Call) -> RegistryError:
        is_key = "decrypt" in message.lower()
        if is_key:
            return RegistryDenied(text, hint=_WRONG_KEY, tag=call.tag)
        return RegistryRejected(text, tag=call.tag)

    def _clean(self, text: str) -> str:
        return self.refusals.safe(self.credentials.masked_in(text)).rstrip(".")

    def _excerpt(self, answer: Answer) -> str:
        return self.refusals.excerpt(self._masked(answer))

    def _masked(self, answer: Answer) -> Answer:
        return replace(answer, body=self.credentials.masked_in(answer.body.decode(errors="replace")).encode())


def _inner(data: Any, name: str) -> JsonValue:
    """Return what a method returned: it lies one level down, beside the time that it took."""
    if not isinstance(data, dict):
        found: JsonValue = data
        return found
    inner: JsonValue = data.get(name, data if "tag" in data else None)
    return inner


def _is_extended(said: Any) -> bool:
    marks = said.get(MARK) if isinstance(said, dict) else None
    return isinstance(marks, list) and VERSION in marks


def _message(said: dict[str, Any]) -> str:
    """Return the part of a refusal that says the most."""
    return next((text for text in _messages(said) if text and not _NOISE.fullmatch(text.strip())), "")


def _messages(said: dict[str, Any]) -> Iterator[str]:
    data = said.get("data")
    for part in (said, data if isinstance(data, dict) else {}):
        upstream = part.get("upstream_error")
        if isinstance(upstream, dict):
            yield from (_text(upstream.get(name)) for name in ("errors", "message", "error"))
        yield _text(upstream)
    yield from (_text(said.get(name)) for name in ("error", "message", "errors"))


def _text(value: Any) -> str:
    match value:
        case str():
            return value
        case {"message": str(message)}:
            return message
        case list():
            return "; ".join(filter(None, map(_text, value)))
        case _:
            return ""
