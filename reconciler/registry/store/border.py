"""The border at which the database's errors become the registry's. Nothing of SQLAlchemy or sqlite3 passes it.

Messages say in plain words what is wrong with which file; the original error stays attached as the cause.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError, StatementError

from reconciler.port import RegistryRejected, RegistryUnavailable
from reconciler.registry.store.rows import DamagedValue


@dataclass(frozen=True, slots=True)
class _Cause:
    """The predicate of "The registry FILE …", and how to mend it."""

    predicate: str
    hint: str = ""


_BY_SQLITE_CODE = {
    sqlite3.SQLITE_BUSY: _Cause("is locked by another program", "Run again when that program is done."),
    sqlite3.SQLITE_CANTOPEN: _Cause(
        "can't be opened", "SQLite needs to read and write the file and its folder, even for reading."
    ),
    sqlite3.SQLITE_CORRUPT: _Cause("is damaged", "Restore it from a backup."),
    sqlite3.SQLITE_FULL: _Cause("can't be written: the disk is full"),
    sqlite3.SQLITE_IOERR: _Cause("can't be read or written: the disk reports an error"),
    sqlite3.SQLITE_NOTADB: _Cause("is not an SQLite database", "Is the path in the registry URL right?"),
    sqlite3.SQLITE_PERM: _Cause("can't be used: permission denied"),
    sqlite3.SQLITE_READONLY: _Cause("may not be written", "Check the permissions of the file and its folder."),
}


@contextmanager
def border(place: str) -> Iterator[None]:
    """Translate every error of the database at `place`."""
    try:
        yield
    except SQLAlchemyError as error:
        raise _unavailable(place, error) from error
    except DamagedValue as damaged:
        raise RegistryUnavailable(
            f"The registry {place} holds a damaged value: {damaged}",
            hint="It was changed by something other than reconciler. Restore it from a backup, or mend the value.",
        ) from damaged
    except UnicodeEncodeError as error:
        raise RegistryRejected("Text with half a surrogate pair can't be stored") from error
    except OverflowError as error:
        raise RegistryRejected("A number of more than 64 bits can't be stored") from error


def _unavailable(place: str, error: SQLAlchemyError) -> RegistryUnavailable:
    cause = _cause(error)
    return RegistryUnavailable(f"The registry {place} {cause.predicate}", hint=cause.hint)


def _cause(error: SQLAlchemyError) -> _Cause:
    # A StatementError's own text repeats the statement with its values; the driver's error inside it does not.
    reported = error.orig if isinstance(error, StatementError) else error
    code = getattr(reported, "sqlite_errorcode", None)
    # The low byte is the kind of error; the rest tells kinds apart that need the same answer.
    known = None if code is None else _BY_SQLITE_CODE.get(code & 0xFF)
    return known or _Cause(f"can't be used: {' '.join(str(reported).split())}")
