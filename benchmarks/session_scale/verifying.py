"""How fast tokens are verified, as a share of what the libraries alone would do in the same minute.

In process: against joserfc decrypting the same tokens and doing nothing with them. Over HTTP, on each kind of database:
against the bare framework. Rounds of both alternate, and the figure is the median of the rounds' ratios, so that a busy
machine slows down both sides of each.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from joserfc import jwe
from joserfc.jwk import OctKey

from benchmarks.session_scale.asking import generator
from benchmarks.session_scale.ratios import Ratio, ratio
from benchmarks.session_scale.shop import ENV, MASTER, PRODUCT, TYPE, data_of, service_of, with_type
from benchmarks.session_scale.wire import over_http
from reconciler.registry.store import Database
from reconciler.registry.store.sessions.keys import KeyRings
from reconciler.runtime.surroundings import Surroundings
from tests.postgres import postgres_server

_TOKENS = 500


def figures(rounds: int = 15, databases: Sequence[str] = ("sqlite", "postgresql")) -> dict[str, Any]:
    """Measure all of it, and return plain figures: `rows` as of `Ratio.figures`, and what asked over HTTP."""
    with _folder() as folder:
        rows = [in_process(folder, rounds).figures()]
    for kind in databases:
        with _folder() as folder, _server(kind) as database:
            measured = over_http(folder, rounds, *database)
        rows += [{**each.figures(), "database": kind} for each in measured]
    return {"generator": generator(), "rows": rows}


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


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="reconciler-benchmark-") as folder:
        yield Path(folder)


@contextmanager
def _server(kind: str) -> Iterator[tuple[str, ...]]:
    """Give the URL of an empty database on a PostgreSQL of its own; nothing for SQLite, which is a file."""
    with postgres_server() if kind == "postgresql" else nullcontext() as server:
        yield () if server is None else (server.new_database(),)
