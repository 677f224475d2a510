"""Many threads and many runs on one ledger: no entry is lost, and writes are few."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reconciler.port import ManagedBy, RegistryUnavailable, StaleRecord
from reconciler.registry.ledger import Entry, Ledger, LedgerMoved
from reconciler.registry.ledger.file import LedgerFile
from reconciler.registry.ledger.place import Held
from tests.builders import session_type

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def entry(tag: str, by: str = "ada") -> Entry:
    return Entry(by, AT, ManagedBy("shop"), session_type(tag))


class Watched:
    """A file that counts its writes, and holds the first until it is let go."""

    spelled = "ledger.json"

    def __init__(self, file: Path) -> None:
        self._file = LedgerFile(file, self.spelled)
        self.writes = 0
        self.moved = 0
        self.begun, self.go = threading.Event(), threading.Event()
        self.go.set()

    def read(self) -> Held | None:
        return self._file.read()

    def write(self, content: bytes, version: Any) -> Any:
        self.writes += 1
        self.begun.set()
        self.go.wait()
        try:
            return self._file.write(content, version)
        except LedgerMoved:
            self.moved += 1
            raise


def open_ledger(place: Any) -> Ledger:
    return Ledger(place, registry="r", product="p")


def test_what_gathers_during_a_write_goes_out_as_one(tmp_path: Path) -> None:
    place = Watched(tmp_path / "ledger.json")
    ledger = open_ledger(place)
    place.go.clear()
    with ThreadPoolExecutor(16) as pool:
        first = pool.submit(ledger.exchange, "t0", None, entry("t0"))
        place.begun.wait()
        rest = [pool.submit(ledger.exchange, f"t{n}", None, entry(f"t{n}")) for n in range(1, 16)]
        while len(ledger._shared.waiting) < len(rest):  # noqa: SLF001 - only then is it sure that all of them wait
            pass
        place.go.set()
        for each in (first, *rest):
            each.result()
    assert place.writes == 2
    assert set(open_ledger(place).load()) == {f"t{n}" for n in range(16)}


def test_runs_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    def run(number: int) -> None:
        ledger = open_ledger(LedgerFile(tmp_path / "ledger.json", "ledger.json"))
        for step in range(6):
            tag = f"t{number}-{step}"
            ledger.exchange(tag, None, entry(tag))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(run, range(6)))
    loaded = open_ledger(LedgerFile(tmp_path / "ledger.json", "ledger.json")).load()
    assert loaded == {f"t{n}-{s}": entry(f"t{n}-{s}") for n in range(6) for s in range(6)}


def test_an_exchange_that_does_not_find_what_it_expects_is_stale_and_alone_so(tmp_path: Path) -> None:
    place = Watched(tmp_path / "ledger.json")
    mine, other = open_ledger(place), open_ledger(place)
    mine.exchange("a", None, entry("a"))
    other.exchange("a", entry("a"), entry("a", by="bob"))
    with pytest.raises(StaleRecord, match="the ledger has another entry by now") as stale:
        mine.exchange("a", entry("a"), None)
    assert stale.value.tag == "a"
    mine.exchange("b", None, entry("b"))
    assert open_ledger(place).load() == {"a": entry("a", by="bob"), "b": entry("b")}


def test_a_write_whose_answer_was_lost_is_known_again(tmp_path: Path) -> None:
    place = Watched(tmp_path / "ledger.json")

    class Forgetful(Watched):
        """Writes, and says that it did not: a retry within the library met its own first write."""

        def write(self, content: bytes, version: Any) -> Any:
            super().write(content, version)
            raise LedgerMoved("moved")

    open_ledger(Forgetful(tmp_path / "ledger.json")).exchange("a", None, entry("a"))
    assert open_ledger(place).load() == {"a": entry("a")}


def test_an_exchange_for_what_is_there_writes_nothing(tmp_path: Path) -> None:
    place = Watched(tmp_path / "ledger.json")
    ledger = open_ledger(place)
    ledger.exchange("a", None, None)
    assert (place.writes, ledger.exists, place.read()) == (0, False, None)
    ledger.exchange("a", None, entry("a"))
    ledger.exchange("a", entry("a"), entry("a"))
    assert (place.writes, ledger.exists) == (1, True)


def test_a_ledger_that_others_never_stop_writing_gives_up(tmp_path: Path) -> None:
    class Busy(Watched):
        """Is always written by somebody else first."""

        def write(self, content: bytes, version: Any) -> Any:
            self.writes += 1
            raise LedgerMoved("moved")

    place = Busy(tmp_path / "ledger.json")
    with pytest.raises(RegistryUnavailable, match="so often by others"):
        open_ledger(place).exchange("a", None, entry("a"))
    assert place.writes == 64
