"""One registry, as something to ask: a request goes out, and what comes back is the value asked for or an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from reconciler.port import RegistryUnavailable
from reconciler.registry.http.fields import Malformed
from reconciler.registry.http.refusal import Refusals
from reconciler.registry.http.retry import DOUBT, Fate, NoAnswer, Patience, Settle, read, write
from reconciler.registry.http.transport import Answer, Request, Transport

T = TypeVar("T")

NOT_MODIFIED = 304
NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Link:
    """The transport of a registry with the patience for it. `doubt` is the hint where a write may have happened."""

    transport: Transport
    refusals: Refusals
    patience: Patience
    doubt: str = DOUBT

    def get(self, request: Request, *also: int, patience: Patience | None = None) -> Answer:
        """Return the answer to a request that changes nothing: 200, or a status of `also`."""
        return read(lambda: self._answer(request, 200, *also), patience or self.patience)

    def change(self, request: Request, status: int, decode: Callable[[bytes], T], settle: Settle[T]) -> T:
        """Return what a request that changes something is answered with, under the status of its success."""

        def attempt() -> T:
            answer = self._answer(request, status)
            try:
                return self.decoded(answer, decode)
            except RegistryUnavailable as unreadable:
                failed = unreadable
            # It said that it had done it; only what exactly is unknown.
            raise NoAnswer(failed, Fate.UNKNOWN)

        return write(attempt, self.patience, settle, self.doubt)

    def once(self, request: Request, status: int, decode: Callable[[bytes], T]) -> T:
        """Return what a request that must not be sent twice is answered with."""
        try:
            return self.decoded(self._answer(request, status), decode)
        except NoAnswer as missed:
            failed = missed.error
        raise failed

    def decoded(self, answer: Answer, decode: Callable[[bytes], T]) -> T:
        """Return what an answer holds."""
        try:
            return decode(answer.body)
        except Malformed as malformed:
            why = str(malformed)
        # Outside the handler, as everywhere here: what an answer holds is in no traceback, since it may be the token.
        raise self.refusals.unreadable(answer, why)

    def unusable(self, why: str) -> RegistryUnavailable:
        """Return the error for answers that contradict each other."""
        return RegistryUnavailable(f"The registry {self.refusals.place} {why}")

    def close(self) -> None:
        """Close the connections."""
        self.transport.close()

    def _answer(self, request: Request, *statuses: int) -> Answer:
        answer = self.transport.send(request)
        if answer.status in statuses:
            return answer
        if 200 <= answer.status < 300:  # noqa: PLR2004 - a success, but not of what was asked
            raise NoAnswer(self.refusals.unreadable(answer, f"its status is {answer.status}"), _fate(request))
        raise self.refusals.error(request, answer)


def _fate(request: Request) -> Fate:
    return Fate.FINAL if request.method == "GET" else Fate.UNKNOWN
