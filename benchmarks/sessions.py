"""Measures the session runtime: `python benchmarks/sessions.py verify`, and `scale` with a PostgreSQL of its own.

`verify` compares judging a token with the token library's bare decryption, in alternating runs. `scale` fills in one
million sessions of 100,000 users and prints the time of each call, then the query plans of those that must be quick.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from joserfc import jwe
from sqlalchemy import Connection, event, text

from reconciler.registry.store import Database, Store, StoreReader, open_database
from reconciler.registry.store.sessions.service import SessionService
from reconciler.runtime.events import Events
from reconciler.runtime.keyring import REGISTRY, MasterKey, Ring, TokenKey
from reconciler.runtime.surroundings import Surroundings, utc_now
from reconciler.runtime.tokens import TokenContent, make_token
from reconciler.runtime.verifier import Verifier
from reconciler.session_type import Period, SessionType
from tests.postgres import postgres_server

PLACE = ("shop", "prd")
DATA: dict[str, Any] = {"id": "user_123", "email": "ada@example.com", "roles": ["admin", "editor"], "age": 36}

FILL = """
INSERT INTO sessions (session_id, product, env, tag, identifier, key_id, several_keys, revision, data, started_at,
  ends_at, ends_minute, over_at, revoked_at)
SELECT gen_random_uuid()::text, 'shop', 'prd', 'user', 'u' || (g % 100000), 'k', false, 1,
  '{"id":"u' || (g % 100000) || '"}', s, s + interval '7 days', floor(extract(epoch FROM s + interval '7 days') / 60),
  s + interval '30 days', CASE WHEN g % 50 = 0 THEN s + interval '1 minute' END
FROM (SELECT g, now() - (g % 1000000) * interval '5.184 seconds' AS s FROM generate_series(1, 1000000) g) x;
INSERT INTO session_users
SELECT product, env, tag, identifier, min(started_at), max(started_at), count(*),
  max(ends_at) FILTER (WHERE revoked_at IS NULL)
FROM sessions GROUP BY 1, 2, 3, 4;
INSERT INTO session_counters
SELECT product, env, tag, 'started', floor(extract(epoch FROM started_at) / 86400), abs(hashtext(session_id)) % 8,
  count(*)
FROM sessions GROUP BY 1, 2, 3, 4, 5, 6;
INSERT INTO session_counters
SELECT product, env, tag, 'new_users', floor(extract(epoch FROM first_seen) / 86400), 0, count(*)
FROM session_users GROUP BY 1, 2, 3, 4, 5;
INSERT INTO session_counters
SELECT product, env, tag, 'ends_minute', ends_minute, abs(hashtext(session_id)) % 8, count(*)
FROM sessions WHERE revoked_at IS NULL GROUP BY 1, 2, 3, 4, 5, 6;
INSERT INTO session_counters
SELECT product, env, tag, 'ends_hour', ends_minute / 60, abs(hashtext(session_id)) % 8, count(*)
FROM sessions WHERE revoked_at IS NULL GROUP BY 1, 2, 3, 4, 5, 6
"""


def verify() -> None:
    """Print both rates and their ratio."""
    key = TokenKey.of("0123456789abcdef", utc_now(), bytes(32))
    now = utc_now()
    content = TokenContent("s" * 36, *PLACE, "user", 1, "user_123", now, now + timedelta(days=1), DATA)
    token = make_token(content, key)
    verifier = Verifier(lambda _: Ring.of([key], [], time.monotonic()), lambda _: Events(0, ()), Surroundings())
    compact = token.partition(":")[2]
    pairs = [
        (
            _rate(lambda: jwe.decrypt_compact(compact, key.jwk, registry=REGISTRY)),
            _rate(lambda: verifier.verify(PLACE, "user", token)),
        )
        for _ in range(15)
    ]
    print(f"bare decryption   {statistics.median(bare for bare, _ in pairs):10,.0f}/s")
    print(f"verify            {statistics.median(whole for _, whole in pairs):10,.0f}/s")
    print(f"ratio             {statistics.median(whole / bare for bare, whole in pairs):10.2f}")


def scale() -> None:
    """Print how long each call takes, and the plans."""
    with postgres_server() as server, server.database() as url:
        database = open_database(url, Path(tempfile.gettempdir()))
        store = Store(database, product="shop", actor="ada", clock=lambda: datetime.now(UTC))
        store.create(SessionType("User", "user", "", {"id": "u"}, "$Session{id}", 7, Period.DAYS))
        for statement in FILL.split(";"):
            database.write(partial(_execute, statement))
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
        calls = _calls(database)
        for name, call in calls.items():
            taken = [_milliseconds(call) for _ in range(9)]
            print(f"{name:20} median {statistics.median(taken):7.1f} ms, worst {max(taken):7.1f} ms")
        for name in ("users", "users/{identifier}", "dashboard", "active"):
            print(f"\n{name}")
            _explain(database, calls[name])
        database.close()


def _execute(statement: str, connection: Connection) -> None:
    connection.exec_driver_sql(statement.replace("%", "%%"))


def _calls(database: Database) -> dict[str, Callable[[], object]]:
    sessions = SessionService(database, lambda: MasterKey(bytes(32))).sessions("shop", "prd")
    return {
        "users": lambda: sessions.users("user"),
        "users, page 4,000": lambda: sessions.users("user", page=4000),
        "users/{identifier}": lambda: sessions.user("user", "u77"),
        "dashboard": lambda: sessions.dashboard("user"),
        "active": lambda: sessions.active("user"),
        "active, page 5,000": lambda: sessions.active("user", page=5000),
        "impact": lambda: StoreReader(database, product="shop").impact("user"),
        "start": lambda: sessions.start("user", {"id": "u5"}),
    }


def _explain(database: Database, call: Callable[[], object]) -> None:
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    call()
    event.remove(database.engine, "before_cursor_execute", note)
    with database.engine.connect() as connection:
        for statement, parameters in asked:
            for (line,) in connection.exec_driver_sql(f"EXPLAIN (ANALYZE, COSTS OFF) {statement}", parameters):
                print(f"    {line}")


def _rate(work: Callable[[], object], times: int = 2000) -> float:
    began = time.process_time()
    for _ in range(times):
        work()
    return times / (time.process_time() - began)


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    {"verify": verify, "scale": scale}[sys.argv[1]]()
