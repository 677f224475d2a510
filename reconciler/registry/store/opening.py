"""Opening a database: what must be there, what is created, and whether its tables are the ones we know."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciler.port import RegistryUnavailable
from reconciler.registry.store.database import Database
from reconciler.registry.store.migrate import OutdatedDatabase, has_current_schema, migrate, require_current_schema
from reconciler.registry.store.reader import StoreReader
from reconciler.registry.url import Address, SqliteFile, parse_database_url

_CREATED_BY = "The first `reconciler apply`, `serve --migrate` or `token create` makes it."
_OWN_FOLDER = ".reconciler"


def open_store_reader(address: Address, *, product: str) -> StoreReader | None:
    """Open an existing database for reading; None where it holds nothing yet."""
    if isinstance(address, SqliteFile):
        with _path_errors(address):
            _refuse_folder(address)
    database = Database.for_reading(address)
    with _closed_on_error(database), database.reading() as connection:
        ready = has_current_schema(connection, database.place)
    if ready:
        return StoreReader(database, product=product)
    database.close()
    return None


def open_database(url: str, root: Path, *, migrating: bool = True) -> Database:
    """Open a database for writing, after creating what is missing of folder, file and tables.

    Without `migrating`, tables that are missing or not up to date are RegistryUnavailable.
    """
    address = parse_database_url(url, root)
    if isinstance(address, SqliteFile):
        with _path_errors(address):
            _refuse_folder(address)
            if not migrating and not address.path.exists():
                raise RegistryUnavailable(f"The registry {address.spelled} does not exist", hint=_CREATED_BY)
            if migrating:
                _make_folder(address.path.parent)
                _make_file(address.path)
    database = Database.for_writing(address)
    with _closed_on_error(database):
        (migrate if migrating else require_current_schema)(database)
    return database


def bring_up_to_date(address: Address) -> bool:
    """Bring a database whose tables are those of an older release up to date; tell whether it was one."""
    database = Database.for_reading(address)
    try:
        with database.reading() as connection:
            has_current_schema(connection, database.place)
    except OutdatedDatabase:
        pass
    else:
        return False
    finally:
        database.close()
    database = Database.for_writing(address)
    with _closed_on_error(database):
        migrate(database)
    database.close()
    return True


@contextmanager
def _closed_on_error(database: Database) -> Iterator[None]:
    try:
        yield
    except BaseException:
        database.close()
        raise


@contextmanager
def _path_errors(file: SqliteFile) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RegistryUnavailable(
            f"The registry {file.spelled} can't be opened: {error.strerror} ({error.filename})",
            hint="Check the path in the registry URL, and the permissions of its folders.",
        ) from error


def _refuse_folder(file: SqliteFile) -> None:
    if file.path.is_dir():
        raise RegistryUnavailable(
            f"The registry {file.spelled} is a folder, not a file", hint="Name a file in the registry URL."
        )


def _make_file(file: Path) -> None:
    """Make a new database readable for its owner only: it holds samples, and digests of tokens."""
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    if folder.name == _OWN_FOLDER:
        # A registry holds what is live; git holds what is wanted.
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
