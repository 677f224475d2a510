"""The border at which the database's errors become the registry's. Nothing of SQLAlchemy or a driver passes it.

Messages say in plain words what is wrong with which database; the original error stays attached as the cause.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DataError, DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from reconciler.port import RegistryRejected, RegistryUnavailable
from reconciler.registry.store.causes import BUSY, Cause, by_connect_text, by_sqlite_code, by_sqlstate
from reconciler.registry.store.rows import DamagedValue

# 40001 is CockroachDB's "restart transaction" too.
_TRANSIENT = {"40001", "40P01"}
# What CREATE TABLE answers, even IF NOT EXISTS, where another transaction just created the table.
_CREATED_TWICE = {"23505", "42710", "42P07"}


@contextmanager
def border(place: str) -> Iterator[None]:
    """Translate every error of the database at `place`."""
    try:
        yield
    except DataError as error:
        raise RegistryRejected(f"The registry {place} can't store a value: {_text(error.orig or error)}") from error
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


def is_transient(error: DBAPIError) -> bool:
    """Tell whether the database gave a transaction up that would succeed if it were run again."""
    return _sqlstate(error.orig) in _TRANSIENT


def is_transient_or_created_twice(error: DBAPIError) -> bool:
    """Tell the same of a transaction that creates tables, as another may just have done."""
    return is_transient(error) or _sqlstate(error.orig) in _CREATED_TWICE


def _unavailable(place: str, error: SQLAlchemyError) -> RegistryUnavailable:
    cause = _cause(error)
    return RegistryUnavailable(f"The registry {place} {cause.predicate}", hint=cause.hint)


def _cause(error: SQLAlchemyError) -> Cause:
    if isinstance(error, PoolTimeout):
        return BUSY
    # A StatementError's own text repeats the statement with its values; the driver's error inside it does not.
    reported = error.orig if isinstance(error, StatementError) else error
    text = _text(reported)
    found = by_sqlite_code(getattr(reported, "sqlite_errorcode", None)) or by_sqlstate(_sqlstate(reported))
    if found is None and isinstance(error, DBAPIError) and hasattr(reported, "sqlstate"):
        found = _without_code(error, text)
    return found or Cause(f"can't be used: {text}")


def _without_code(error: DBAPIError, text: str) -> Cause | None:
    """Return what it means that PostgreSQL's client library fails without the server having told a code."""
    if error.connection_invalidated:
        return Cause(f"dropped the connection: {text}", "Run again; what was being written may be there or not.")
    return None if error.statement else by_connect_text(text)


def _sqlstate(reported: BaseException | None) -> str | None:
    return getattr(reported, "sqlstate", None)


def _text(reported: BaseException | None) -> str:
    """Return an error's text as one line; of PostgreSQL's own only the main sentence, the rest repeats values."""
    primary = getattr(getattr(reported, "diag", None), "message_primary", None)
    return " ".join(str(primary or reported).split())
