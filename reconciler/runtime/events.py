"""What processes tell each other through the database: sessions that were revoked, keys that changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """`session`: the id was revoked. `keys`: those of `env/product` changed."""

    SESSION = "session"
    KEYS = "keys"


@dataclass(frozen=True, slots=True)
class Event:
    """One event. Nobody needs to hear of it any more when it has expired."""

    kind: EventKind
    subject: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Events:
    """The events up to the id `last`: all in force if `whole`, otherwise those since the last that the caller had."""

    last: int
    events: tuple[Event, ...]
    whole: bool = False


def keys_subject(product: str, env: str) -> str:
    """Return how an event names an environment; an environment's name has no slash."""
    return f"{env}/{product}"


def place_of_keys(subject: str) -> tuple[str, str]:
    """Return product and environment that `keys_subject` named."""
    env, _, product = subject.partition("/")
    return product, env
