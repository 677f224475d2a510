from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from reconciler.port import ManagedBy, RegistryUnavailable, Snapshot, Source
from reconciler.registry import open_reader, open_registry
from reconciler.registry.store import Database, Store, StoreReader, open_database
from reconciler.registry.store.migrate import HEAD, MIGRATIONS, VERSION_TABLE, _upgrade
from reconciler.registry.store.tables import metadata
from reconciler.registry.url import parse_database_url
from reconciler.session_type import SessionType
from tests.postgres import PostgresServer

Make = Callable[..., SessionType]
URL = "sqlite:///registry.db"

BREAKS_HALFWAY = """
from alembic import op
import sqlalchemy as sa
revision, down_revision = "0002", "0001"
def upgrade():
    op.create_table("tokens", sa.Column("id", sa.Text, primary_key=True))
    raise ZeroDivisionError("broken migration")
"""


DATA_OF_0001 = (
    "INSERT INTO products VALUES ('p', 1)",
    "INSERT INTO session_types VALUES ('p', 'old', :spec, 1, 'git', 'a.yaml', 'c0', :spec, :at, :at, 'bob')",
    "INSERT INTO history VALUES ('p', 1, 'old', 'create', :at, 'bob', 'git', 'a.yaml', 'c0', 'd', '{}')",
)


def run(database: Database, *statements: str, **values: str) -> None:
    database.write(lambda connection: [connection.execute(text(statement), values) for statement in statements])


def tables(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(inspect(connection).get_table_names())


def definitions(database: Database) -> set[tuple[Any, ...]]:
    """Return all that a database itself says of its tables and their version."""
    asked = {
        "sqlite": ["SELECT type, name, tbl_name, sql FROM sqlite_master"],
        "postgresql": [
            (
                "SELECT table_name, column_name, column_default, is_nullable, data_type, collation_name "
                "FROM information_schema.columns WHERE table_schema = 'public'"
            ),
            "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
            (
                "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE connamespace = 'public'::regnamespace"
            ),
        ],
    }[database.engine.dialect.name]
    version = f"SELECT version_num FROM {VERSION_TABLE}"  # noqa: S608
    with database.reading() as connection:
        return {tuple(row) for question in (*asked, version) for row in connection.execute(text(question))}


@pytest.fixture
def bare(url: str, tmp_path: Path) -> Iterator[Database]:
    """Connect to an empty database of each kind, and make no tables in it."""
    database = Database.for_writing(parse_database_url(url, tmp_path))
    yield database
    database.close()


def test_the_head_is_the_newest_migration() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [HEAD]


def test_revisions_compare_as_text() -> None:
    revisions = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
    assert revisions == [f"{number:04}" for number in range(len(revisions), 0, -1)]


@pytest.fixture
def migrated(bare: Database) -> Database:
    """Run all migrations, the first one included, which an empty database is spared."""
    bare.write(_upgrade)
    return bare


def test_all_migrations_give_the_tables(migrated: Database) -> None:
    with migrated.reading() as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
    assert tables(migrated) == {*metadata.tables, VERSION_TABLE}


def test_an_empty_database_gets_what_all_migrations_give(
    migrated: Database, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with ExitStack() as opened:
        url = "sqlite:///made.db"
        if migrated.engine.dialect.name == "postgresql":
            postgres: PostgresServer = request.getfixturevalue("postgres")
            url = opened.enter_context(postgres.database())
        made = open_database(url, tmp_path)
        opened.callback(made.close)
        assert definitions(made) == definitions(migrated)
        assert len(definitions(made)) > len(metadata.tables)


def test_tags_are_ordered_by_code_point(database: Database, stores: Callable[..., Store], make: Make) -> None:
    tags = ["a", "B", "1", "a-b", "a.b", "ab", "Z_"]
    store = stores(product="p")
    for tag in tags:
        store.create(make(tag))
    records = StoreReader(database, product="p").fetch().records
    assert [record.tag for record in records] == sorted(tags)


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    open_database(URL, tmp_path).close()
    before = (tmp_path / "registry.db").read_bytes()
    open_database(URL, tmp_path).close()
    assert (tmp_path / "registry.db").read_bytes() == before


def test_an_older_database_keeps_its_data(bare: Database, url: str, tmp_path: Path, make: Make) -> None:
    bare.write(lambda connection: _upgrade(connection, to="0001"))
    spec = json.dumps(make("old").to_json())
    at = "2026-01-01 00:00:00+00:00" if url.startswith("postgres") else "2026-01-01 00:00:00.000000"
    run(bare, *DATA_OF_0001, spec=spec, at=at)
    assert not {"tokens", "idempotency_keys"} & tables(bare)
    with pytest.raises(RegistryUnavailable, match=f"has schema 0001, and this reconciler needs {HEAD}"):
        open_reader(url, product="p", root=tmp_path)
    with pytest.raises(RegistryUnavailable, match="has schema 0001"):
        open_database(url, tmp_path, migrating=False)

    with open_registry(url, product="p", root=tmp_path, actor="ada") as registry:
        assert registry.create(make("new"), Source("git")).revision == 2
        new, old = registry.fetch().records
        assert [entry.actor for entry in registry.history()] == ["bob", "ada"]
    assert (old.spec, old.applied, old.managed_by) == (make("old"), make("old"), ManagedBy("git", "a.yaml", "c0"))
    assert (old.revision, old.created_at, old.updated_by) == (1, datetime(2026, 1, 1, tzinfo=UTC), "bob")
    assert new.tag == "new"
    assert tables(bare) == {*metadata.tables, VERSION_TABLE}
    open_database(url, tmp_path, migrating=False).close()


def test_an_empty_database_is_not_served_unless_it_is_migrated(url: str, tmp_path: Path) -> None:
    with pytest.raises(RegistryUnavailable, match=r"is empty: it has no tables yet|does not exist") as refused:
        open_database(url, tmp_path, migrating=False)
    assert "serve --migrate" in refused.value.hint
    assert list(tmp_path.iterdir()) == []
    with open_reader(url, product="p", root=tmp_path) as reader:
        assert reader.fetch() == Snapshot(exists=False)


@pytest.mark.parametrize("from_version", [None, "0001"])
def test_threads_that_start_at_once_migrate_once(
    bare: Database, url: str, tmp_path: Path, from_version: str | None
) -> None:
    if from_version is not None:
        bare.write(lambda connection: _upgrade(connection, to=from_version))
    with ThreadPoolExecutor(8) as threads:
        opened = list(threads.map(lambda _: open_database(url, tmp_path), range(8)))
    assert {frozenset(tables(database)) for database in opened} == {frozenset({*metadata.tables, VERSION_TABLE})}
    for database in opened:
        database.close()


def test_a_failed_migration_leaves_nothing(
    bare: Database, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Make
) -> None:
    broken = tmp_path / "migrations"
    (broken / "versions").mkdir(parents=True)
    (broken / "env.py").write_text((MIGRATIONS / "env.py").read_text())
    [first] = (MIGRATIONS / "versions").glob("0001_*.py")
    (broken / "versions" / first.name).write_text(first.read_text())
    (broken / "versions" / "0002_broken.py").write_text(BREAKS_HALFWAY)
    bare.write(lambda connection: _upgrade(connection, to="0001"))
    before = definitions(bare)
    with monkeypatch.context() as patch:
        patch.setattr("reconciler.registry.store.migrate.MIGRATIONS", broken)
        with pytest.raises(ZeroDivisionError):
            open_database(url, tmp_path)

    assert definitions(bare) == before
    with open_registry(url, product="p", root=tmp_path, actor="ada") as registry:
        assert registry.create(make()).revision == 1


def test_an_older_schema_is_refused_to_readers(database: Database, url: str, tmp_path: Path) -> None:
    run(database, f"UPDATE {VERSION_TABLE} SET version_num = '0000'")  # noqa: S608
    with pytest.raises(RegistryUnavailable, match=f"has schema 0000, and this reconciler needs {HEAD}") as refused:
        open_reader(url, product="p", root=tmp_path)
    assert "reconciler apply" in refused.value.hint


def test_a_newer_schema_is_refused_to_all(database: Database, url: str, tmp_path: Path) -> None:
    run(database, f"UPDATE {VERSION_TABLE} SET version_num = '0999'")  # noqa: S608
    message = f"has schema 0999, and this reconciler knows only {HEAD}: it is too old"
    with pytest.raises(RegistryUnavailable, match=message):
        open_reader(url, product="p", root=tmp_path)
    with pytest.raises(RegistryUnavailable, match=message):
        open_registry(url, product="p", root=tmp_path, actor="ada")


def test_the_database_of_another_program_is_left_alone(bare: Database, url: str, tmp_path: Path) -> None:
    run(bare, "CREATE TABLE invoices (id INTEGER)")
    with pytest.raises(RegistryUnavailable, match="database of something else: it holds the table `invoices`"):
        open_registry(url, product="p", root=tmp_path, actor="ada")
    with pytest.raises(RegistryUnavailable, match="database of something else"):
        open_reader(url, product="p", root=tmp_path)
    assert tables(bare) == {"invoices"}
