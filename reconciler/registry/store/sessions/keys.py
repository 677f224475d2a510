"""Keys in the database: made, listed, and unwrapped into the rings that tokens are opened with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from reconciler.registry.store.database import Database
from reconciler.registry.store.rows import read_rows
from reconciler.registry.store.session_tables import session_keys
from reconciler.registry.store.sessions import events
from reconciler.registry.store.sessions.unlocking import Unlocking, kept_at
from reconciler.runtime.errors import UnknownKey
from reconciler.runtime.events import Event, EventKind, keys_subject
from reconciler.runtime.keyring import KEY_BYTES, MasterKey, MasterKeyError, Ring, TokenKey, new_key_id
from reconciler.runtime.model import KeyInfo
from reconciler.runtime.surroundings import Surroundings
from reconciler.runtime.tokens import Place

# By then every process has read the event that tells of the key.
USED_AFTER = timedelta(seconds=2)

_LISTED = "`reconciler keys list` shows the keys."


class KeyRings:
    """The keys of a database. The master key is asked for when a key is wrapped or unwrapped, and not before."""

    def __init__(self, database: Database, master: Callable[[], MasterKey], surroundings: Surroundings) -> None:
        self._database = database
        self._unlocking = Unlocking(master)
        self._surroundings = surroundings

    def load(self, place: Place) -> Ring:
        """Return the ring of a product and environment."""
        began = self._surroundings.monotonic()
        with self._database.reading() as connection:
            rows = read_rows(connection, _of(place))
        usable: list[TokenKey] = []
        locked: dict[str, MasterKeyError] = {}
        for row in rows:
            if row.retired_at is None:
                try:
                    usable.append(self._unlocking.opened(row))
                except MasterKeyError as reason:
                    # One that was made with a wrong master key must not stop those whose tokens another opens.
                    locked[row.key_id] = reason
        return Ring.of(usable, (row.key_id for row in rows if row.retired_at is not None), began, locked)

    def current(self, connection: Connection, place: Place, now: datetime) -> TokenKey:
        """Return the key for new tokens, made if there is none; it can't be retired before the transaction ends."""
        usable = _of(place).where(session_keys.c.retired_at.is_(None)).with_for_update(read=True)
        current = _current(read_rows(connection, usable), now)
        if current is None:
            events.hold(connection)
            # Another process may just have made it.
            current = _current(read_rows(connection, usable), now)
        if current is not None:
            return self._unlocking.opened(current)
        return self._make(connection, place, now, active_from=now)

    def usable(self, connection: Connection, place: Place, key_id: str) -> TokenKey | None:
        """Return a key if it is not retired."""
        wanted = _of(place).where(session_keys.c.key_id == key_id, session_keys.c.retired_at.is_(None))
        rows = read_rows(connection, wanted)
        return self._unlocking.opened(rows[0]) if rows else None

    def infos(self, place: Place) -> tuple[KeyInfo, ...]:
        """Return all keys, oldest first."""
        with self._database.reading() as connection:
            return _infos(read_rows(connection, _of(place)), self._surroundings.now())

    def rotate(self, place: Place) -> KeyInfo:
        """Make a key that will be the one for new tokens. Raises MasterKeyError where others could not open it."""

        def work(connection: Connection) -> KeyInfo:
            events.hold(connection)
            now = self._surroundings.now()
            known = read_rows(connection, _of(place).where(session_keys.c.retired_at.is_(None)))
            active_from = now + USED_AFTER if known else now
            made = self._make(connection, place, now, active_from=active_from)
            events.append(connection, [change(place, now)], now)
            infos = _infos(read_rows(connection, _of(place)), now)
            return next(info for info in infos if info.key_id == made.key_id)

        return self._database.write(work)

    def retire(self, connection: Connection, place: Place, key_id: str, now: datetime) -> tuple[KeyInfo, bool]:
        """Mark a key as retired, once nobody makes tokens with it; tell whether it was before. Raises UnknownKey."""
        own = _of(place).with_for_update()
        info = next((each for each in _infos(read_rows(connection, own), now) if each.key_id == key_id), None)
        if info is None:
            raise UnknownKey(f"There is no key `{key_id}` in {place[1]}", hint=_LISTED)
        if info.retired_at is not None:
            return info, True
        wanted = session_keys.c.product == place[0], session_keys.c.env == place[1], session_keys.c.key_id == key_id
        connection.execute(update(session_keys).where(*wanted).values(retired_at=now))
        return replace(info, retired_at=now, current=False), False

    def _make(self, connection: Connection, place: Place, now: datetime, *, active_from: datetime) -> TokenKey:
        """Make a key. The head of the events is held: of two that begin with two master keys, one sees the other's."""
        master = self._unlocking.for_new_key(connection, place)
        random = self._surroundings.randomness
        key_id, secret = new_key_id(random), random(KEY_BYTES)
        row = {
            "product": place[0],
            "env": place[1],
            "key_id": key_id,
            "wrapped": master.wrap(secret, kept_at(place, key_id), random),
            "master": master.fingerprint,
            "created_at": now,
            "active_from": active_from,
        }
        connection.execute(insert(session_keys), row)
        return TokenKey.of(key_id, active_from, secret)


def retired_already(key_id: str) -> UnknownKey:
    """Return the error that says that a key was retired before, and nothing of it is left."""
    return UnknownKey(f"The key `{key_id}` is retired already", hint=_LISTED)


def change(place: Place, now: datetime) -> Event:
    """Return the event that tells of changed keys."""
    return Event(EventKind.KEYS, keys_subject(*place), now + events.KEPT_FOR)


def _of(place: Place) -> Select[Any]:
    own = session_keys.c.product == place[0], session_keys.c.env == place[1]
    return (
        select(session_keys)
        .where(*own)
        .order_by(session_keys.c.active_from, session_keys.c.created_at, session_keys.c.key_id)
    )


def _current(rows: Sequence[Row[Any]], now: datetime) -> Row[Any] | None:
    """Return the newest usable key that is active; where none is yet, the one that will be first."""
    usable = [row for row in rows if row.retired_at is None]
    active = [row for row in usable if row.active_from <= now]
    return active[-1] if active else next(iter(usable), None)


def _infos(rows: Sequence[Row[Any]], now: datetime) -> tuple[KeyInfo, ...]:
    current = _current(rows, now)
    return tuple(KeyInfo(row.key_id, row.created_at, row.active_from, row.retired_at, row is current) for row in rows)


def environments(database: Database, product: str) -> tuple[str, ...]:
    """Return the environments of a product in which there ever was a key, and so a session."""
    named = select(session_keys.c.env).where(session_keys.c.product == product).distinct().order_by(session_keys.c.env)
    with database.reading() as connection:
        return tuple(connection.scalars(named))
