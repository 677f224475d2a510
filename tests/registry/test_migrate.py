from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from reconciler.port import RegistryUnavailable, Snapshot
from reconciler.registry import open_reader, open_registry
from reconciler.registry.store import open_database
from reconciler.registry.store.migrate import HEAD, MIGRATIONS, VERSION_TABLE
from reconciler.registry.store.tables import metadata
from reconciler.registry.url import SqliteFile
from reconciler.session_type import SessionType

URL = "sqlite:///registry.db"

BREAKS_HALFWAY = """
from alembic import op
import sqlalchemy as sa
revision, down_revision = "0001", None
def upgrade():
    op.create_table("products", sa.Column("product", sa.Text, primary_key=True))
    raise ZeroDivisionError("broken migration")
"""


def run(file: SqliteFile, *statements: str) -> None:
    with closing(sqlite3.connect(file.path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def tables(file: SqliteFile) -> set[str]:
    with closing(sqlite3.connect(file.path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_the_head_is_the_newest_migration() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [HEAD]


def test_revisions_compare_as_text() -> None:
    revisions = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
    assert revisions == [f"{number:04}" for number in range(len(revisions), 0, -1)]


def test_migrating_from_nothing_gives_the_tables(file: SqliteFile) -> None:
    database = open_database(file)
    with database.reading() as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
    database.close()
    assert tables(file) == {*metadata.tables, VERSION_TABLE}


def test_opening_again_changes_nothing(file: SqliteFile) -> None:
    open_database(file).close()
    before = file.path.read_bytes()
    open_database(file).close()
    assert file.path.read_bytes() == before


def test_a_failed_migration_leaves_nothing(
    file: SqliteFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[..., SessionType]
) -> None:
    broken = tmp_path / "migrations"
    (broken / "versions").mkdir(parents=True)
    (broken / "env.py").write_text((MIGRATIONS / "env.py").read_text())
    (broken / "versions" / "0001_broken.py").write_text(BREAKS_HALFWAY)
    with monkeypatch.context() as patch:
        patch.setattr("reconciler.registry.store.migrate.MIGRATIONS", broken)
        with pytest.raises(ZeroDivisionError):
            open_database(file)

    assert tables(file) == set()
    with open_reader(URL, product="p", root=tmp_path) as reader:
        assert reader.fetch() == Snapshot()
    with open_registry(URL, product="p", root=tmp_path, actor="ada") as registry:
        assert registry.create(make()).revision == 1


def test_an_older_schema_is_refused_to_readers(file: SqliteFile, tmp_path: Path) -> None:
    open_database(file).close()
    run(file, f"UPDATE {VERSION_TABLE} SET version_num = '0000'")  # noqa: S608
    with pytest.raises(RegistryUnavailable, match=f"has schema 0000, and this reconciler needs {HEAD}") as refused:
        open_reader(URL, product="p", root=tmp_path)
    assert "reconciler apply" in refused.value.hint


def test_a_newer_schema_is_refused_to_all(file: SqliteFile, tmp_path: Path) -> None:
    open_database(file).close()
    run(file, f"UPDATE {VERSION_TABLE} SET version_num = '0999'")  # noqa: S608
    message = f"has schema 0999, and this reconciler knows only {HEAD}: it is too old"
    with pytest.raises(RegistryUnavailable, match=message):
        open_reader(URL, product="p", root=tmp_path)
    with pytest.raises(RegistryUnavailable, match=message):
        open_registry(URL, product="p", root=tmp_path, actor="ada")


def test_the_database_of_another_program_is_left_alone(file: SqliteFile, tmp_path: Path) -> None:
    run(file, "CREATE TABLE invoices (id INTEGER)")
    with pytest.raises(RegistryUnavailable, match="database of something else: it holds the table `invoices`"):
        open_registry(URL, product="p", root=tmp_path, actor="ada")
    with pytest.raises(RegistryUnavailable, match="database of something else"):
        open_reader(URL, product="p", root=tmp_path)
    assert tables(file) == {"invoices"}
