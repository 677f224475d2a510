"""Places of a ledger: what was read is replaced, and nothing that came after it is."""

from __future__ import annotations

import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reconciler.port import RegistryDenied, RegistryUnavailable
from reconciler.registry import UnsupportedRegistry
from reconciler.registry.ledger import LedgerMoved, Place, open_place
from tests.registry.ledger.fake_s3 import FakeS3


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeS3]:
    with closing(FakeS3()) as fake:
        for name, value in fake.environment.items():
            monkeypatch.setenv(name, value)
        yield fake


@pytest.fixture(params=["file", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "file":
        return open_place("deep/er/ledger.json", tmp_path)
    request.getfixturevalue("s3")
    return open_place("s3://ledgers/deep/ledger.json", tmp_path)


def test_a_place_holds_nothing_before_it_is_written(place: Place) -> None:
    assert place.read() is None
    version = place.write(b"one", None)
    held = place.read()
    assert held is not None
    assert (held.content, held.version) == (b"one", version)


def test_only_what_was_read_is_replaced(place: Place) -> None:
    first = place.write(b"one", None)
    second = place.write(b"two", first)
    for version in (None, first):
        with pytest.raises(LedgerMoved):
            place.write(b"three", version)
    held = place.read()
    assert held is not None
    assert (held.content, held.version) == (b"two", second)


def test_of_many_writers_at_once_one_comes_first(place: Place) -> None:
    version = place.write(b"before", None)
    begin, won = threading.Barrier(8), []

    def write(number: int) -> None:
        begin.wait()
        try:
            place.write(f"writer {number}".encode(), version)
        except LedgerMoved:
            return
        won.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held = place.read()
    assert held is not None
    assert [f"writer {number}".encode() for number in won] == [held.content]


def test_a_file_is_readable_by_its_owner_alone_and_whole(tmp_path: Path) -> None:
    place = open_place(".reconciler/ledger/production.json", tmp_path)
    place.write(b"one", None)
    folder = tmp_path / ".reconciler" / "ledger"
    assert stat.S_IMODE((folder / "production.json").stat().st_mode) == 0o600
    assert sorted(file.name for file in folder.iterdir()) == [".gitignore", ".production.json.lock", "production.json"]
    assert (folder / ".gitignore").read_text() == "*\n"


def test_a_folder_that_was_there_is_left_as_it_is(tmp_path: Path) -> None:
    open_place("ledger.json", tmp_path).write(b"one", None)
    assert sorted(file.name for file in tmp_path.iterdir()) == [".ledger.json.lock", "ledger.json"]


def test_without_its_library_an_object_store_says_what_to_install(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; sys.modules['obstore'] = None\n"
        "from reconciler.errors import ReconcilerError; from reconciler.registry.ledger import open_place\n"
        "try: open_place('s3://bucket/x.json', pathlib.Path('.'))\n"
        "except ReconcilerError as error: print(error.message, error.hint)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert "not installed Install the extra `cloud`: `pip install '.[cloud]'" in done.stdout, done.stderr


def test_a_file_that_can_not_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "ledger.json").mkdir()
    place = open_place("ledger.json", tmp_path)
    with pytest.raises(RegistryUnavailable, match=r"The ledger ledger\.json can't be read"):
        place.read()
    (tmp_path / "file").write_text("")
    with pytest.raises(RegistryUnavailable, match="can't be written"):
        open_place("file/ledger.json", tmp_path).write(b"one", None)


@pytest.mark.parametrize(("status", "kind"), [(403, RegistryDenied), (401, RegistryDenied), (400, RegistryUnavailable)])
def test_an_object_store_that_refuses_is_told(
    s3: FakeS3, tmp_path: Path, status: int, kind: type[RegistryUnavailable]
) -> None:
    place = open_place("s3://ledgers/ledger.json", tmp_path)
    s3.refuses = status
    for use in (place.read, lambda: place.write(b"one", None)):
        with pytest.raises(kind, match=r"The ledger s3://ledgers/ledger\.json can't be") as refused:
            use()
        assert "\n" not in refused.value.message
        assert "s3cret" not in refused.value.message + refused.value.hint


@pytest.mark.parametrize(
    "given",
    [
        "https://host/ledger.json",
        "s3://bucket",
        "s3://bucket/",
        "s3:///ledger.json",
        "s3://bucket/folder/",
        "s3://user:s3cret@bucket/x.json",
        "gs://bucket/x.json?token=s3cret",
    ],
)
def test_what_is_neither_path_nor_object_is_refused_without_an_echo(given: str, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedRegistry) as refused:
        open_place(given, tmp_path)
    assert "s3cret" not in str(refused.value) + refused.value.hint


def test_a_path_loads_no_library_for_object_stores(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from reconciler.registry.ledger import open_place; "
        "open_place('ledger.json', pathlib.Path('.')).read(); sys.exit('obstore' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=False, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
