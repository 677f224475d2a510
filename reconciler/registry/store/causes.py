"""What the codes of databases mean, in words for the user."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """The predicate of "The registry PLACE …", and how to mend it."""

    predicate: str
    hint: str = ""


BUSY = Cause("is too busy: others hold what this needs", "Run again.")
_DENIED = Cause("does not accept the user or the password", "Check both in the registry URL.")
_NO_DATABASE = Cause(
    "does not exist: the server has no such database", "Create the database; reconciler makes the tables in it."
)
_FULL = Cause("takes no more connections", "Run again later, or raise the server's `max_connections`.")
_STOPPED = Cause("is shutting down or starting up", "Run again when the server is up.")
_NO_SPACE = Cause("can't be written: the disk is full")
_DAMAGED = Cause("is damaged", "Restore it from a backup.")

_BY_SQLITE_CODE = {
    sqlite3.SQLITE_BUSY: Cause("is locked by another program", "Run again when that program is done."),
    sqlite3.SQLITE_CANTOPEN: Cause(
        "can't be opened", "SQLite needs to read and write the file and its folder, even for reading."
    ),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_FULL: _NO_SPACE,
    sqlite3.SQLITE_IOERR: Cause("can't be read or written: the disk reports an error"),
    sqlite3.SQLITE_NOTADB: Cause("is not an SQLite database", "Is the path in the registry URL right?"),
    sqlite3.SQLITE_PERM: Cause("can't be used: permission denied"),
    sqlite3.SQLITE_READONLY: Cause("may not be written", "Check the permissions of the file and its folder."),
}

_BY_SQLSTATE = {
    "25006": Cause("may not be written", "It was opened for reading, or the server is a standby."),
    "25P03": Cause("dropped the connection: this process had stopped in the middle of a transaction", "Run again."),
    "28000": _DENIED,
    "28P01": _DENIED,
    "3D000": _NO_DATABASE,
    "40001": BUSY,
    "40P01": BUSY,
    "42501": Cause("can't be used: permission denied", "The user of the registry URL must own the registry's tables."),
    "42P01": Cause("lacks a table that it should have", "Restore it from a backup."),
    "53100": _NO_SPACE,
    "53200": Cause("can't work: the server is out of memory"),
    "53300": _FULL,
    "55P03": BUSY,
    "57014": Cause("took too long: the server cancelled the statement", "Run again."),
    "57P01": _STOPPED,
    "57P02": _STOPPED,
    "57P03": _STOPPED,
    "58030": Cause("can't be read or written: the disk reports an error"),
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}

# A server that refuses a connection gives its code to the client library, which passes on only the text.
_BY_CONNECT_TEXT = (
    (r"password authentication failed|no password supplied|role \"[^\"]*\" does not exist", _DENIED),
    (r"no pg_hba\.conf entry", Cause("does not accept this user from this machine", "See the server's `pg_hba.conf`.")),
    (r"database \"[^\"]*\" does not exist", _NO_DATABASE),
    (r"too many (clients|connections)|remaining connection slots", _FULL),
    (r"the database system is", _STOPPED),
)


def by_sqlite_code(code: int | None) -> Cause | None:
    """Return what a code of SQLite's means. The low byte is the kind; the rest tells apart what is answered alike."""
    return None if code is None else _BY_SQLITE_CODE.get(code & 0xFF)


def by_sqlstate(code: str | None) -> Cause | None:
    """Return what a SQLSTATE means."""
    return None if code is None else _BY_SQLSTATE.get(code)


def by_connect_text(text: str) -> Cause:
    """Return why a server could not be connected to."""
    for pattern, cause in _BY_CONNECT_TEXT:
        if re.search(pattern, text):
            return cause
    return Cause(f"can't be reached: {text}", "Is the server running, and is the registry URL right?")
