"""How fast tokens are verified, as a share of what the libraries alone would do in the same minute.

In process: against joserfc decrypting the same tokens and doing nothing with them. Rounds of both alternate, and the
figure is the median of the rounds' ratios, so that a busy machine slows down both sides of each.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from joserfc import jwe
from joserfc.jwk import OctKey

from benchmarks.session_scale.shop import ENV, MASTER, PRODUCT, TYPE, data_of, service_of
from reconciler.registry.store import Database, Store, open_database
from reconciler.registry.store.sessions.keys import KeyRings
from reconciler.runtime.surroundings import Surroundings, utc_now

_TOKENS = 500


@dataclass(frozen=True, slots=True)
class Ratio:
    """Two rates, in calls per second, and the first as a share of the second; each a median."""

    name: str
    ours: float
    bare: float
    share: float
    must: float


def ratio(name: str, rates: Sequence[tuple[float, float]], *, must: float) -> Ratio:
    """Make a ratio of the rates of several rounds."""
    ours, bare = (statistics.median(column) for column in zip(*rates, strict=True))
    return Ratio(name, ours, bare, statistics.median(one / other for one, other in rates), must)


def with_type(folder: Path) -> Database:
    """Make a database in a folder, with the session type in it."""
    database = open_database("sqlite:///verify.db", folder)
    Store(database, product=PRODUCT, actor="benchmark", clock=utc_now).create(TYPE)
    return database


def in_process(folder: Path, rounds: int) -> Ratio:
    """Measure `verify` in process."""
    with closing(with_type(folder)) as database, service_of(database) as service:
        sessions = service.sessions(PRODUCT, ENV)
        tokens = [sessions.start(TYPE.tag, data_of(user)).token for user in range(_TOKENS)]
        service.watch()
        key = _key(database)
        registry = jwe.JWERegistry(algorithms=["dir", "A256GCM"])

        def ours(token: str) -> None:
            if not sessions.verify(TYPE.tag, token).valid:
                raise AssertionError("A good token was refused")

        def bare(text: str) -> None:
            jwe.decrypt_compact(text, key, registry=registry)

        texts = [token.partition(":")[2] for token in tokens]
        rates = [(_rate(ours, tokens), _rate(bare, texts)) for _ in range(rounds)]
        return ratio("verify in process / joserfc decrypt", rates, must=0.7)


def _key(database: Database) -> OctKey:
    rings, world = KeyRings(database, lambda: MASTER, Surroundings()), Surroundings()
    return database.write(lambda connection: rings.current(connection, (PRODUCT, ENV), world.now())).jwk


def _rate(call: Callable[[str], None], texts: Sequence[str]) -> float:
    began = time.process_time()
    for text in texts:
        call(text)
    return len(texts) / (time.process_time() - began)
