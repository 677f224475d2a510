"""Each way in which a database fails, as the user is told of it."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest
from sqlalchemy import exc

from reconciler.port import RegistryError, RegistryUnavailable, Snapshot
from reconciler.registry import open_reader, open_registry
from reconciler.registry.store import Store, causes
from reconciler.registry.store.border import border as crossing
from reconciler.registry.store.engine import sqlite
from reconciler.session_type import SessionType

Make = Callable[..., SessionType]
Stores = Callable[..., Store]
URL = "sqlite:///data/registry.db"


@pytest.fixture
def url() -> str:
    """All of this is about SQLite's files; PostgreSQL's errors are in test_postgres_errors."""
    return "sqlite:///registry.db"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def refusals(root: Path) -> list[RegistryUnavailable]:
    """Open for reading and for writing, and return what both answered."""
    with pytest.raises(RegistryUnavailable) as reading:
        open_reader(URL, product="p", root=root)
    with pytest.raises(RegistryUnavailable) as writing:
        open_registry(URL, product="p", root=root, actor="ada")
    for refused in (reading.value, writing.value):
        assert "data/registry.db" in refused.message
        assert str(root) not in refused.message
        assert "\n" not in refused.message
    return [reading.value, writing.value]


def test_not_a_database(data: Path) -> None:
    (data / "registry.db").write_text("schema: {}\n" * 100)
    for refused in refusals(data.parent):
        assert refused.message == "The registry data/registry.db is not an SQLite database"
        assert refused.hint


def test_a_folder_in_place_of_the_file(data: Path) -> None:
    (data / "registry.db").mkdir()
    for refused in refusals(data.parent):
        assert refused.message == "The registry data/registry.db is a folder, not a file"


def test_a_damaged_database(data: Path, make: Make) -> None:
    with open_registry(URL, product="p", root=data.parent, actor="ada") as registry:
        for number in range(30):
            registry.create(make(f"t{number}"))
    whole = (data / "registry.db").read_bytes()
    (data / "registry.db").write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(RegistryUnavailable, match=r"data/registry\.db is damaged"):
        open_reader(URL, product="p", root=data.parent).__enter__().fetch()


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(RegistryUnavailable, match=r"data/registry\.db can't be opened: File exists"):
        open_registry(URL, product="p", root=tmp_path, actor="ada")


def test_a_dangling_link(data: Path) -> None:
    (data / "registry.db").symlink_to("nowhere/at.all")
    with pytest.raises(RegistryUnavailable, match=r"data/registry\.db can't be opened"):
        open_registry(URL, product="p", root=data.parent, actor="ada")


def test_a_name_too_long_for_the_file_system(tmp_path: Path) -> None:
    url = f"sqlite:///{'x' * 300}.db"
    with pytest.raises(RegistryUnavailable, match="can't be read: File name too long"):
        open_reader(url, product="p", root=tmp_path)
    with pytest.raises(RegistryUnavailable, match="can't be opened: File name too long"):
        open_registry(url, product="p", root=tmp_path, actor="ada")


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Give a folder below one that every user may search, unlike pytest's own."""
    with TemporaryDirectory(dir="/tmp") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@contextmanager
def permitting(path: Path, mode: int) -> Iterator[None]:
    """Give `path` a mode for a while; root, whom no mode hinders, is somebody else meanwhile."""
    before = path.stat().st_mode
    path.chmod(mode)
    is_root = os.geteuid() == 0
    try:
        if is_root:
            os.seteuid(65_534)
        yield
    finally:
        if is_root:
            os.seteuid(0)
        path.chmod(before)


def test_a_folder_that_may_not_be_made(tmp_path: Path) -> None:
    with permitting(tmp_path, 0o555), pytest.raises(RegistryUnavailable, match="can't be opened: Permission denied"):
        open_registry(URL, product="p", root=tmp_path, actor="ada")


def test_a_folder_that_may_not_be_written(data: Path) -> None:
    with (
        permitting(data, 0o555),
        pytest.raises(RegistryUnavailable, match=r"data/registry\.db can't be opened") as refused,
    ):
        open_registry(URL, product="p", root=data.parent, actor="ada")
    assert "its folder" in refused.value.hint


def test_a_registry_in_a_folder_that_may_only_be_read(data: Path, make: Make) -> None:
    with open_registry(URL, product="p", root=data.parent, actor="ada") as registry:
        registry.create(make())
    with permitting(data, 0o555):
        assert all(refused.hint for refused in refusals(data.parent))


def test_a_file_that_may_not_be_read(data: Path) -> None:
    (data / "registry.db").touch()
    with permitting(data / "registry.db", 0):
        assert all("can't be opened" in refused.message for refused in refusals(data.parent))


def test_a_lock_that_is_never_released(data: Path, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    with (
        open_registry(URL, product="p", root=data.parent, actor="ada") as registry,
        closing(sqlite3.connect(data / "registry.db", isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RegistryUnavailable, match="is locked by another program") as locked:
            registry.create(make())
        assert locked.value.hint
        assert registry.fetch().records == ()


def test_a_lock_while_the_journal_mode_is_switched(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(data / "registry.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(RegistryUnavailable, match="is locked by another program"):
            open_registry(URL, product="p", root=data.parent, actor="ada")
    with open_registry(URL, product="p", root=data.parent, actor="ada") as registry:
        assert registry.fetch().records == ()


def test_switching_the_journal_mode_is_tried_again(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(data / "registry.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        clock = SimpleNamespace(monotonic=time.monotonic, sleep=lambda _: other.execute("ROLLBACK"))
        monkeypatch.setattr(sqlite, "time", clock)
        with open_registry(URL, product="p", root=data.parent, actor="ada") as registry:
            assert registry.fetch().records == ()


def test_a_full_disk(stores: Stores, make: Make) -> None:
    store = stores()
    with store._database.engine.connect() as connection:  # noqa: SLF001 - there is no other way to fill it
        connection.exec_driver_sql("PRAGMA max_page_count=1")
    with pytest.raises(RegistryUnavailable, match="the disk is full"):
        store.create(make(description="x" * 500_000))
    assert store.fetch() == Snapshot()
    assert store.history() == ()


@pytest.mark.parametrize("code", causes._BY_SQLITE_CODE)  # noqa: SLF001 - the map itself is under test
def test_every_known_code_has_words_of_its_own(code: int) -> None:
    error = sqlite3.OperationalError("raw words")
    error.sqlite_errorcode = code | 0x0500
    with pytest.raises(RegistryUnavailable) as translated, crossing("r.db"):
        raise exc.OperationalError("SELECT secret", {}, error)
    assert translated.value.message.startswith("The registry r.db ")
    assert "raw words" not in translated.value.message
    assert "secret" not in translated.value.message


def subclasses(kind: type[BaseException]) -> set[type[BaseException]]:
    below = kind.__subclasses__()
    return {kind}.union(*(subclasses(each) for each in below))


@pytest.mark.parametrize("kind", sorted(subclasses(exc.SQLAlchemyError), key=str))
def test_no_error_of_the_library_passes(kind: type[exc.SQLAlchemyError]) -> None:
    # Their constructors differ, and only their text matters here.
    foreign = kind.__new__(kind)
    foreign.args = ("something\nnew",)
    foreign.orig = sqlite3.DatabaseError("something\nnew")  # type: ignore[attr-defined]
    message = r"The registry r\.db (can't be used: something new|can't store a value: something new|is too busy)"
    with pytest.raises(RegistryError, match=message), crossing("r.db"):
        raise foreign


def test_the_registrys_own_errors_pass_as_they_are() -> None:
    own = RegistryUnavailable("own")
    with pytest.raises(RegistryUnavailable) as raised, crossing("r.db"):
        raise own
    assert raised.value is own


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("spec", "{broken"),
        ("spec", "[]"),
        ("spec", "{}"),
        ("spec", '{"period":"eons"}'),
        ("applied", "nonsense"),
        ("applied", "7"),
    ],
)
def test_damaged_json_names_the_tag(stores: Stores, tmp_path: Path, make: Make, column: str, value: str) -> None:
    store = stores()
    store.create(make())
    with closing(sqlite3.connect(tmp_path / "registry.db")) as connection, connection:
        connection.execute(f"UPDATE session_types SET {column} = ?", (value,))  # noqa: S608
    with pytest.raises(RegistryUnavailable, match=f"`{column}` of the session type `user-session`") as damaged:
        store.fetch()
    assert damaged.value.message.startswith("The registry registry.db holds a damaged value")
    with pytest.raises(RegistryUnavailable, match="user-session"):
        store.update("user-session", {"expiry": 8}, revision=1)


@pytest.mark.parametrize("value", ["{broken", "[]", '{"name":1}', '{"name":[1]}'])
def test_damaged_history_names_tag_and_revision(stores: Stores, tmp_path: Path, make: Make, value: str) -> None:
    store = stores()
    store.create(make())
    with closing(sqlite3.connect(tmp_path / "registry.db")) as connection, connection:
        connection.execute("UPDATE history SET changes = ?", (value,))
    with pytest.raises(RegistryUnavailable, match="the changes of `user-session` in revision 1"):
        store.history()


@pytest.mark.parametrize("value", ["noon", 5])
def test_a_damaged_time_is_told(stores: Stores, tmp_path: Path, make: Make, value: object) -> None:
    store = stores()
    store.create(make())
    with closing(sqlite3.connect(tmp_path / "registry.db")) as connection, connection:
        connection.execute("UPDATE session_types SET updated_at = ?", (value,))
    with pytest.raises(RegistryUnavailable, match="a time can't be read"):
        store.fetch()
