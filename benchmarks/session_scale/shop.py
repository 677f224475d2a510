"""A database with a session type, a key, and as many sessions of it as wanted."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.session_scale.loading import load
from benchmarks.session_scale.operations import Operation, Span, operations
from benchmarks.session_scale.rows import Ids, Rows, Setting
from reconciler.registry.store import Database, Store, open_database
from reconciler.registry.store.sessions.keys import KeyRings
from reconciler.registry.store.sessions.scopes import TypeScope
from reconciler.registry.store.sessions.service import SessionService
from reconciler.runtime.keyring import MasterKey
from reconciler.runtime.policy import RefreshPolicy
from reconciler.runtime.surroundings import Surroundings, utc_now
from reconciler.session_type import Period, SessionType
from reconciler.values import JsonObject

PRODUCT, ENV = "storefront", "prd"
MASTER = MasterKey(b"m" * 32)
TYPE = SessionType(
    name="User session",
    tag="user-session",
    description="",
    schema={"userId": "user_123", "details": {"email": "ada@example.com", "age": 36}, "roles": ["buyer"]},
    selector="$Session{userId}",
    expiry=30,
    period=Period.DAYS,
)
# Half of the sessions that nobody shortened or revoked are live.
_DAYS = 60


def data_of(user: int) -> JsonObject:
    """Return the data of a user's session."""
    details: JsonObject = {"email": f"user{user}@example.com", "age": 18 + user % 80}
    return {"userId": f"user_{user:06}", "details": details, "roles": ["buyer"]}


def service_of(database: Database) -> SessionService:
    """Return the sessions of the database."""
    return SessionService(database, lambda: MASTER)


def with_type(folder: Path, url: str = "sqlite:///verify.db") -> Database:
    """Make a registry, of a file in a folder or elsewhere, with the session type in it."""
    database = open_database(url, folder)
    Store(database, product=PRODUCT, actor="benchmark", clock=utc_now).create(TYPE)
    return database


def fill(database: Database, sessions: int, users: int) -> datetime:
    """Make the session type and its sessions, up to now, and return when the last thing happened."""
    with_type = Store(database, product=PRODUCT, actor="benchmark", clock=utc_now)
    record = with_type.create(TYPE)
    world = Surroundings()
    end = world.now()
    rings, place = KeyRings(database, lambda: MASTER, world), (PRODUCT, ENV)
    key = database.write(lambda connection: rings.current(connection, place, end))
    rows = Rows(
        Setting(TypeScope(*place, TYPE.tag), TYPE, record.revision, key.key_id, RefreshPolicy(), data_of, _ids())
    )
    rows.do(operations(sessions, users, Span(end - timedelta(days=_DAYS), end, timedelta(days=TYPE.expiry))))
    load(database, rows)
    if database.engine.dialect.name == "postgresql":
        # As its autovacuum does within a minute. Nobody does it for SQLite.
        database.write(lambda connection: connection.exec_driver_sql("ANALYZE"))
    return end


def _ids() -> Callable[[Operation], Ids]:
    """Return a maker of ids that are as long as real ones and as random, and the same each time."""
    chance = random.Random(2)  # noqa: S311 - test data is to be the same each time

    def ids_of(_: Operation) -> Ids:
        text = f"{chance.getrandbits(256):064x}"
        return Ids("-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:32])), text[32:48], text)

    return ids_of
