"""Trying again: when, how often, and what has to be asked before a write is sent twice.

Waits have full jitter: many clients that failed together must not come back together. Clock, sleep and randomness are
handed in. An attempt begins only while there is time left, so a call takes at most `seconds` and one attempt.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import count
from typing import TypeVar

from reconciler.port import RegistryUnavailable, StaleRecord

T = TypeVar("T")

DOUBT = "It may have been carried out nevertheless: plan again to see."


class Fate(Enum):
    """What is known of a request that got no usable answer."""

    UNSENT = auto()  # it was not carried out: anything may be sent again
    UNKNOWN = auto()  # it may have been: a write is not sent again before the registry was asked
    FINAL = auto()  # it would get no answer the next time either


class NoAnswer(Exception):
    """One attempt failed. `error` is what the user is told if it was the last; `wait` is what the registry asked for.

    Never leaves this package.
    """

    def __init__(self, error: RegistryUnavailable, fate: Fate, wait: float | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.fate = fate
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Patience:
    """How many attempts a call gets, within how many seconds, and how long the waits between them may be."""

    attempts: int = 6
    seconds: float = 60
    first_wait: float = 0.25
    longest_wait: float = 10
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random

    def wait_after(self, attempt: int, asked: float | None) -> float:
        """Return how long to wait after that many attempts: what the registry asked for, and a random bit more."""
        jitter = self.random() * min(self.longest_wait, self.first_wait * 2.0 ** (attempt - 1))
        return (asked or 0) + jitter


# Asks the registry whether a write whose answer was lost was carried out: its result, or None where it was not.
# Raises StaleRecord where the record moved otherwise.
Settle = Callable[[Patience], "T | None"]


def read(attempt: Callable[[], T], patience: Patience) -> T:
    """Make a call that changes nothing, again where that may help. Raises RegistryError."""
    return _persist(attempt, patience, None)


def write(attempt: Callable[[], T], patience: Patience, settle: Settle[T], doubt: str = DOUBT) -> T:
    """Make a call that changes something, exactly once. Raises RegistryError, with `doubt` where that is unknown."""
    return _persist(attempt, patience, settle, doubt)


def repeat(_patience: Patience) -> None:
    """Settle a call that the registry itself carries out only once, however often it is sent."""
    return


def _persist(attempt: Callable[[], T], patience: Patience, settle: Settle[T] | None, doubt: str = DOUBT) -> T:
    deadline = patience.clock() + patience.seconds
    in_doubt = False
    for number in count(1):
        try:
            return attempt()
        except NoAnswer as missed:
            failed = missed
        except StaleRecord:
            # What moved the record may be this call's own earlier attempt, come to an end only now.
            settled = settle(_rest(patience, deadline)) if settle and in_doubt else None
            if settled is None:
                raise
            return settled
        in_doubt = in_doubt or failed.fate is Fate.UNKNOWN
        wait = patience.wait_after(number, failed.wait)
        if failed.fate is Fate.FINAL or number >= patience.attempts or patience.clock() + wait > deadline:
            break
        patience.sleep(wait)
        if settle and in_doubt and (settled := settle(_rest(patience, deadline))) is not None:
            return settled
    # Not raised where it was caught: no traceback may lead into the library, whose frames hold the token.
    raise _in_doubt(failed.error, doubt) if settle and in_doubt else failed.error


def _rest(patience: Patience, deadline: float) -> Patience:
    return replace(patience, seconds=max(0.0, deadline - patience.clock()))


def _in_doubt(error: RegistryUnavailable, doubt: str) -> RegistryUnavailable:
    doubted = RegistryUnavailable(error.message, hint=f"{error.hint} {doubt}".strip(), tag=error.tag)
    doubted.status, doubted.code, doubted.errors = error.status, error.code, error.errors
    return doubted
