"""Opening a database file: what must be there, what is created, and whether its tables are the ones we know."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciler.port import RegistryUnavailable
from reconciler.registry.store.database import Database
from reconciler.registry.store.engine import reading_engine, writing_engine
from reconciler.registry.store.migrate import has_current_schema, migrate
from reconciler.registry.store.reader import StoreReader
from reconciler.registry.url import SqliteFile

_OWN_FOLDER = ".reconciler"


def open_store_reader(file: SqliteFile, *, product: str) -> StoreReader | None:
    """Open an existing file for reading; None where it holds nothing yet."""
    with _path_errors(file):
        _refuse_folder(file)
    database = Database(reading_engine(file.path), file.spelled)
    with _closed_on_error(database), database.reading() as connection:
        ready = has_current_schema(connection, file.spelled)
    if ready:
        return StoreReader(database, product=product)
    database.close()
    return None


def open_database(file: SqliteFile) -> Database:
    """Open a file for writing, after creating what is missing of folder, file and tables."""
    with _path_errors(file):
        _refuse_folder(file)
        _make_folder(file.path.parent)
    database = Database(writing_engine(file.path), file.spelled)
    with _closed_on_error(database), database.writing() as connection:
        migrate(connection, file.spelled)
    return database


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


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    if folder.name == _OWN_FOLDER:
        # A registry holds what is live; git holds what is wanted.
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
