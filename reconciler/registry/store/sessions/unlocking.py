"""The master key and the session keys of a database: whether the one opens the others, and may lock new ones.

A session key that was locked with a wrong master key would stop everybody who has the right one. So none is made where
those in use were locked with another, and no new master key while any is in use. Retired keys open nothing any more:
they stand in nobody's way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from reconciler.registry.store.database import Database
from reconciler.registry.store.rows import read_rows
from reconciler.registry.store.session_tables import session_keys
from reconciler.registry.store.sessions.master_key import VARIABLE, MasterKeyMissing, read_or_make
from reconciler.runtime.keyring import MasterKey, MasterKeyError, TokenKey
from reconciler.runtime.tokens import Place


class Unlocking:
    """What is done with the master key. It is asked for when there is a key to wrap or unwrap, and not before."""

    def __init__(self, master: Callable[[], MasterKey]) -> None:
        self._master = master

    def opened(self, row: Row[Any]) -> TokenKey:
        """Return the key of a row. Raises MasterKeyError."""
        master = self._master()
        if row.master != master.fingerprint:
            raise _other(row, master)
        secret = master.unwrap(row.wrapped, kept_at((row.product, row.env), row.key_id))
        return TokenKey.of(row.key_id, row.active_from, secret)

    def for_new_key(self, connection: Connection, place: Place) -> MasterKey:
        """Return what a new key of a place is to be wrapped with, made for the first one of a database.

        Raises MasterKeyError where the place has a key in use that it does not open. The caller holds the lock under
        which keys are made.
        """
        if _in_use(connection) is None:
            return self._made()
        master = self._master()
        here = session_keys.c.product == place[0], session_keys.c.env == place[1]
        if foreign := _in_use(connection, *here, session_keys.c.master != master.fingerprint):
            raise _other(foreign, master)
        self.check(connection)
        return master

    def check(self, connection: Connection) -> None:
        """Raise MasterKeyError where keys are in use and the master key is for none of them. Makes nothing."""
        some = _in_use(connection)
        if some is None:
            return
        master = self._master()
        # One key of another place that it does not open is no reason to stop all.
        if _in_use(connection, session_keys.c.master == master.fingerprint) is None:
            raise _other(some, master)

    def _made(self) -> MasterKey:
        try:
            return self._master()
        except MasterKeyMissing as missing:
            return read_or_make(missing.file)


def check_master_key(database: Database, master: Callable[[], MasterKey]) -> None:
    """Raise MasterKeyError where a database holds keys in use and the master key is for none of them. Makes nothing."""
    with database.reading() as connection:
        Unlocking(master).check(connection)


def any_in_use(database: Database) -> bool:
    """Tell whether a database holds session keys that are not retired."""
    with database.reading() as connection:
        return _in_use(connection) is not None


def kept_at(place: Place, key_id: str) -> str:
    """Return what a wrapped key is bound to."""
    return f"{place[1]}/{place[0]}/{key_id}"


def _in_use(connection: Connection, *wanted: ColumnElement[bool]) -> Row[Any] | None:
    query = select(session_keys).where(session_keys.c.retired_at.is_(None), *wanted)
    return next(iter(read_rows(connection, query.order_by(session_keys.c.created_at.desc()).limit(1))), None)


def _other(row: Row[Any], master: MasterKey) -> MasterKeyError:
    source = f"that in {master.source}" if master.source else "the one of this process"
    return MasterKeyError(
        f"The session key {row.key_id} of {row.product} in {row.env} was made with another master key than {source}",
        hint=f"Give every process the same: set {VARIABLE} to the one that the key was made with, or put its file "
        f"back. If that one was a mistake, or is lost for good, `reconciler keys retire {row.key_id} --env {row.env}` "
        "takes the key out of use.",
    )
