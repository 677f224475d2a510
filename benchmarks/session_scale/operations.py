"""What happened, as a list: starts, refreshes and revocations in the order of time. The same seed gives the same list.

A few users have most of the sessions, as anywhere; some sessions are shorter than their type's lifetime.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import TypeAlias

# Of the calls, in percent.
_REFRESHED = 10
_REVOKED = 5
_SHORTER = 20


@dataclass(frozen=True, slots=True)
class Start:
    """A session starts; `number` names it for what comes later."""

    at: datetime
    number: int
    user: int
    expires_in: int | None


@dataclass(frozen=True, slots=True)
class Refresh:
    """A session goes on with its refresh token; once at most."""

    at: datetime
    number: int


@dataclass(frozen=True, slots=True)
class Revoke:
    """A session is revoked."""

    at: datetime
    number: int


Operation: TypeAlias = Start | Refresh | Revoke


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when things happen, and how long a session lives that nobody shortens."""

    begin: datetime
    end: datetime
    lifetime: timedelta


def operations(sessions: int, users: int, span: Span, *, seed: int = 1) -> list[Operation]:
    """Return what happened. Each user has a session at least, if there are enough."""
    chance = random.Random(seed)  # noqa: S311 - test data is to be the same each time
    happened = [
        each
        for number in range(sessions)
        for each in _of_session(chance, span, number, number if number < users else _skewed(chance, users))
    ]
    # Stable, so that a session starts before anything else happens to it.
    return sorted(happened, key=attrgetter("at"))


def _of_session(chance: random.Random, span: Span, number: int, user: int) -> Iterator[Operation]:
    at = _moment(chance, span.begin, span.end)
    shorter = chance.randrange(100) < _SHORTER
    whole = int(span.lifetime.total_seconds())
    lifetime = chance.randint(1, whole) if shorter else whole
    yield Start(at, number, user, lifetime if shorter else None)
    # A refresh comes while the token is good, so that no refresh token has expired before it.
    latest = min(span.end, at + timedelta(seconds=lifetime))
    if chance.randrange(100) < _REFRESHED:
        at = _moment(chance, at, latest)
        yield Refresh(at, number)
    if chance.randrange(100) < _REVOKED:
        yield Revoke(_moment(chance, at, latest), number)


def _skewed(chance: random.Random, users: int) -> int:
    """Return a user: one of the first tenth every other time."""
    return chance.randrange(max(users // 10, 1) if chance.getrandbits(1) else users)


def _moment(chance: random.Random, begin: datetime, end: datetime) -> datetime:
    passed = int((end - begin).total_seconds() * 1000)
    return begin + timedelta(milliseconds=chance.randint(0, max(passed, 0)))
