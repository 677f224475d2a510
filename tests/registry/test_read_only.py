from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from reconciler.port import RegistryUnavailable, Snapshot
from reconciler.registry import open_reader, open_registry
from reconciler.registry.connect import utc_now
from reconciler.registry.store import Database, Store
from reconciler.registry.url import SqliteFile
from reconciler.session_type import SessionType

Make = Callable[..., SessionType]
URL = "sqlite:///data/registry.db"


def write(root: Path, session_type: SessionType) -> Path:
    with open_registry(URL, product="p", root=root, actor="ada") as registry:
        registry.create(session_type)
    return root / "data" / "registry.db"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_is_not_there_reads_as_empty_and_is_not_made(tmp_path: Path) -> None:
    with open_reader(URL, product="p", root=tmp_path) as reader:
        assert reader.fetch() == Snapshot(exists=False)
        assert list(reader.history(tag="a", after=3)) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_an_empty_database_reads_as_empty(tmp_path: Path, journal: str) -> None:
    (tmp_path / "data").mkdir()
    with closing(sqlite3.connect(tmp_path / "data" / "registry.db")) as connection:
        connection.execute(f"PRAGMA journal_mode={journal}")
    before = contents(tmp_path / "data")
    with open_reader(URL, product="p", root=tmp_path) as reader:
        assert reader.fetch() == Snapshot(exists=False)
    assert contents(tmp_path / "data") == before


def test_a_reader_reads_and_leaves_every_byte(tmp_path: Path, make: Make) -> None:
    file = write(tmp_path, make())
    before = contents(file.parent)
    with open_reader(URL, product="p", root=tmp_path) as reader:
        assert [record.tag for record in reader.fetch().records] == ["user-session"]
        assert [entry.revision for entry in reader.history()] == [1]
        assert file.read_bytes() == before["registry.db"]
    assert contents(file.parent) == before
    assert list(before) == ["registry.db"]


def test_a_reader_has_nothing_to_write_with(tmp_path: Path, make: Make) -> None:
    write(tmp_path, make())
    with open_reader(URL, product="p", root=tmp_path) as reader:
        with pytest.raises(AttributeError):
            reader.create(make("another"))  # type: ignore[attr-defined] # mypy must refuse this too
        assert not {"create", "update", "delete"} & set(dir(reader))


def test_its_connection_refuses_writes(tmp_path: Path, make: Make) -> None:
    file = write(tmp_path, make())
    before = contents(file.parent)
    database = Database.for_reading(SqliteFile(file, "data/registry.db"))
    with Store(database, product="p", actor="eve", clock=utc_now) as store:
        with pytest.raises(RegistryUnavailable, match=r"data/registry\.db may not be written"):
            store.create(make("another"))
        with pytest.raises(RegistryUnavailable, match="may not be written"):
            store.delete("user-session", revision=1)
    assert contents(file.parent) == before


def test_a_reader_sees_what_is_committed_while_it_is_open(tmp_path: Path, make: Make) -> None:
    write(tmp_path, make("a"))
    with (
        open_reader(URL, product="p", root=tmp_path) as reader,
        open_registry(URL, product="p", root=tmp_path, actor="ada") as registry,
    ):
        registry.create(make("b"))
        assert [record.tag for record in reader.fetch().records] == ["a", "b"]


def test_a_reader_sees_what_a_dead_writer_left_in_the_log(tmp_path: Path, make: Make) -> None:
    file = write(tmp_path, make("a"))
    with open_registry(URL, product="p", root=tmp_path, actor="ada") as registry:
        registry.create(make("b"))
        crashed = tmp_path / "crashed" / "data"
        crashed.mkdir(parents=True)
        for name in ("registry.db", "registry.db-wal"):
            shutil.copy(file.parent / name, crashed / name)
    with open_reader(URL, product="p", root=tmp_path / "crashed") as reader:
        assert [record.tag for record in reader.fetch().records] == ["a", "b"]
