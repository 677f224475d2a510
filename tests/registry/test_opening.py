from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.registry import open_reader, open_registry
from reconciler.registry.store import Database
from reconciler.registry.store.migrate import _upgrade
from reconciler.registry.url import parse_database_url
from reconciler.session_type import SessionType

Make = Callable[..., SessionType]
URL = "sqlite:///.reconciler/registry.db"


def test_the_folder_is_made_and_kept_out_of_git(tmp_path: Path, make: Make) -> None:
    with open_registry(URL, product="p", root=tmp_path / "new", actor="ada") as registry:
        registry.create(make())

    folder = tmp_path / "new" / ".reconciler"
    assert {path.name for path in folder.iterdir()} == {".gitignore", "registry.db"}
    assert (folder / ".gitignore").read_text() == "*\n"


def test_a_folder_that_was_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".reconciler").mkdir()
    with open_registry(URL, product="p", root=tmp_path, actor="ada"):
        pass
    assert [path.name for path in (tmp_path / ".reconciler").iterdir()] == ["registry.db"]


def test_a_folder_of_another_name_gets_no_gitignore(tmp_path: Path) -> None:
    with open_registry("sqlite:///data/deep/registry.db", product="p", root=tmp_path, actor="ada"):
        pass
    assert list(tmp_path.rglob(".gitignore")) == []


@pytest.mark.parametrize("name", ["sp ace.db", "per%cent.db", "quo'te\".db", "ünï.db"])
def test_any_file_name_works(tmp_path: Path, make: Make, name: str) -> None:
    with open_registry(f"sqlite:///{name}", product="p", root=tmp_path, actor="ada") as registry:
        registry.create(make())
    with open_reader(f"sqlite:///{name}", product="p", root=tmp_path) as reader:
        assert len(reader.fetch().records) == 1
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_clock_can_be_given(tmp_path: Path, make: Make, clock: Callable[[], datetime]) -> None:
    with open_registry(URL, product="p", root=tmp_path, actor="ada", clock=clock) as registry:
        assert registry.create(make()).created_at == datetime(2026, 11, 24, 12, tzinfo=UTC)


def loaded(code: str, folder: Path) -> set[str]:
    """Return which libraries of weight a fresh interpreter has loaded after `code`."""
    report = "import sys; print(*{'sqlalchemy', 'alembic', 'psycopg'} & set(sys.modules))"
    run = [sys.executable, "-W", "error", "-c", f"{code}\n{report}", str(folder)]
    return set(subprocess.run(run, check=True, capture_output=True, text=True).stdout.split())


OPEN = f"""
import sys, pathlib
from reconciler.registry import open_reader, open_registry
where = dict(product="p", root=pathlib.Path(sys.argv[1]))
URL = "{URL}"
"""


def test_libraries_are_loaded_only_when_needed(tmp_path: Path) -> None:
    assert loaded(OPEN, tmp_path) == set()
    assert loaded(f"{OPEN}open_reader(URL, **where).__enter__().fetch()", tmp_path) == set()
    write = f"{OPEN}\nwith open_registry(URL, actor='ada', **where): pass"
    assert loaded(write, tmp_path) == {"sqlalchemy"}
    assert loaded(write, tmp_path) == {"sqlalchemy"}
    read = f"{OPEN}\nwith open_reader(URL, **where) as reader: reader.fetch()"
    assert loaded(read, tmp_path) == {"sqlalchemy"}
    older = tmp_path / "older"
    (older / ".reconciler").mkdir(parents=True)
    database = Database.for_writing(parse_database_url(URL, older))
    database.write(lambda connection: _upgrade(connection, to="0001"))
    database.close()
    assert loaded(write, older) == {"sqlalchemy", "alembic"}


def test_opening_prints_and_logs_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code = (
        f"{OPEN}\nwith open_registry(URL, actor='ada', **where): pass\nimport logging; assert not logging.root.handlers"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code, str(tmp_path)], check=True)
    assert capfd.readouterr() == ("", "")


def test_a_relative_root_is_the_one_at_opening(tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with open_registry("sqlite:///registry.db", product="p", root=Path(), actor="ada") as registry:
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda number: registry.create(make(f"t{number}")), range(8)))
        assert len(registry.fetch().records) == 8
    assert list((tmp_path / "elsewhere").iterdir()) == []
