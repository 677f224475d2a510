"""A run that ends anywhere leaves nothing that the next one would misread: live says which half was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reconciler.port import (
    ManagedBy,
    Record,
    Registry,
    RegistryError,
    RegistryRejected,
    RegistryUnavailable,
    Source,
    StaleRecord,
)
from reconciler.registry.ledger import Ledger
from reconciler.registry.ledger.file import LedgerFile
from reconciler.registry.ledger.place import Held
from reconciler.registry.plain import Author, Found, Live, PlainRegistry
from reconciler.session_type import SessionType
from reconciler.values import JsonValue
from tests.builders import session_type

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOURCE, OWNER = Source("shop", "sessions/user.yaml", "c0ffee"), ManagedBy("shop", "sessions/user.yaml", "c0ffee")
OLD, NEW = session_type(expiry=7), session_type(expiry=9)


class Crash(BaseException):
    """The process is gone."""


class Sessions:
    """Session types in memory; `during` happens in the middle of the next write, `after_find` after the next read."""

    place = "memory"

    def __init__(self) -> None:
        self.live: dict[str, SessionType] = {}
        self.before_write: Callable[[], None] = lambda: None
        self.after_write: Callable[[], None] = lambda: None
        self.after_find: list[Callable[[], None]] = []
        self.writes = 0

    def list(self) -> tuple[Found, ...]:
        return tuple(map(Live, self.live.values()))

    def find(self, tag: str) -> Found | None:
        found = self.live.get(tag)
        while self.after_find:
            self.after_find.pop()()
        return Live(found) if found else None

    def create(self, session_type: SessionType) -> None:
        self._write(session_type.tag, session_type)

    def update(self, fields: Mapping[str, JsonValue], *, before: SessionType, after: SessionType) -> None:
        assert after == replace(before, **{str(name): value for name, value in fields.items()})  # type: ignore[arg-type]
        self._write(before.tag, after)

    def delete(self, before: SessionType) -> None:
        self._write(before.tag, None)

    def close(self) -> None:
        pass

    def _write(self, tag: str, after: SessionType | None) -> None:
        self.before_write()
        self.writes += 1
        self.live.pop(tag, None)
        if after:
            self.live[tag] = after
        self.after_write()


class Failing:
    """A file that fails from its n-th write on."""

    spelled = "ledger.json"

    def __init__(self, file: Path, error: BaseException, *, after: int) -> None:
        self._file, self._error, self._left = LedgerFile(file, self.spelled), error, after

    def read(self) -> Held | None:
        return self._file.read()

    def write(self, content: bytes, version: Any) -> Any:
        if not self._left:
            raise self._error
        self._left -= 1
        return self._file.write(content, version)


class World:
    """Sessions, and a ledger beside them."""

    def __init__(self, folder: Path) -> None:
        self.sessions = Sessions()
        self.file = folder / "ledger.json"

    def open(self, place: Any = None, *, actor: str = "ada") -> PlainRegistry:
        ledger = Ledger(place or LedgerFile(self.file, "ledger.json"), registry="memory", product="p")
        return PlainRegistry(self.sessions, ledger, Author(actor, lambda: NOON))

    def record(self) -> Record | None:
        records = self.open().fetch().records
        return records[0] if records else None


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def raising(error: BaseException) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def prepared(world: World, kind: str) -> Callable[[Registry], object]:
    """Bring the world to where a write of this kind can be made, and return the write."""
    if kind == "create":
        return lambda registry: registry.create(NEW, SOURCE)
    created = world.open().create(OLD, SOURCE)
    if kind == "update":
        return lambda registry: registry.update("user", {"expiry": 9}, revision=created.revision, source=SOURCE)
    return lambda registry: registry.delete("user", revision=created.revision, source=SOURCE)


BEFORE = {"create": None, "update": OLD, "delete": OLD}
AFTER = {"create": NEW, "update": NEW, "delete": None}
each_kind = pytest.mark.parametrize("kind", BEFORE)


def assert_settled(world: World, spec: SessionType | None) -> None:
    """Say that the next run takes what is live for what was applied, and so sees no drift."""
    record = world.record()
    if spec is None:
        assert record is None
    else:
        assert record is not None
        assert (record.spec, record.applied, record.managed_by) == (spec, spec, OWNER)


@each_kind
def test_a_crash_before_the_note_leaves_what_was(world: World, kind: str) -> None:
    write = prepared(world, kind)
    with pytest.raises(Crash):
        write(world.open(Failing(world.file, Crash(), after=0)))
    assert_settled(world, BEFORE[kind])


@each_kind
def test_a_crash_between_note_and_write_leaves_what_was(world: World, kind: str) -> None:
    write = prepared(world, kind)
    world.sessions.before_write = raising(Crash())
    with pytest.raises(Crash):
        write(world.open())
    assert_settled(world, BEFORE[kind])


@each_kind
def test_a_crash_between_write_and_note_leaves_what_is(world: World, kind: str) -> None:
    write = prepared(world, kind)
    world.sessions.after_write = raising(Crash())
    with pytest.raises(Crash):
        write(world.open())
    assert_settled(world, AFTER[kind])


@each_kind
def test_a_ledger_that_fails_after_the_write_is_told_and_heals(world: World, kind: str) -> None:
    write = prepared(world, kind)
    with pytest.raises(RegistryUnavailable, match="disk is full") as failed:
        write(world.open(Failing(world.file, RegistryUnavailable("The disk is full"), after=1)))
    assert "the next run will see that" in failed.value.hint
    assert failed.value.tag == "user"
    assert_settled(world, AFTER[kind])


@each_kind
def test_a_ledger_that_fails_before_the_write_prevents_it(world: World, kind: str) -> None:
    write = prepared(world, kind)
    writes = world.sessions.writes
    with pytest.raises(RegistryUnavailable, match="disk is full"):
        write(world.open(Failing(world.file, RegistryUnavailable("The disk is full"), after=0)))
    assert world.sessions.writes == writes
    assert_settled(world, BEFORE[kind])


@each_kind
def test_a_refused_write_leaves_the_ledger_as_it_was(world: World, kind: str) -> None:
    write = prepared(world, kind)
    before = world.open().fetch().records
    world.sessions.before_write = raising(RegistryRejected("No"))
    with pytest.raises(RegistryRejected):
        write(world.open())
    assert world.open().fetch().records == before
    assert 'intent": {' not in world.file.read_text()


@each_kind
@pytest.mark.parametrize("when", ["before_write", "after_write"])
def test_a_write_of_unknown_fate_is_settled_by_what_is_live(world: World, kind: str, when: str) -> None:
    write = prepared(world, kind)
    setattr(world.sessions, when, raising(RegistryUnavailable("gone")))
    with pytest.raises(RegistryUnavailable):
        write(world.open())
    assert_settled(world, (BEFORE if when == "before_write" else AFTER)[kind])


@each_kind
def test_the_run_after_a_crash_does_what_is_left(world: World, kind: str) -> None:
    write = prepared(world, kind)
    world.sessions.before_write = raising(Crash())
    with pytest.raises(Crash):
        write(world.open())
    world.sessions.before_write = lambda: None
    write(world.open())
    assert_settled(world, AFTER[kind])


@each_kind
def test_of_two_runs_with_one_ledger_that_saw_the_same_one_writes(world: World, kind: str) -> None:
    write = prepared(world, kind)
    second = world.open(actor="bob")
    second.fetch()

    # The second has read the record again already, when the first writes from its note to its end.
    def first() -> None:
        write(world.open(actor="ada"))

    world.sessions.after_find = [first]
    writes = world.sessions.writes
    with pytest.raises(StaleRecord, match="the ledger has another entry by now"):
        write(second)
    assert world.sessions.writes == writes + 1
    assert_settled(world, AFTER[kind])


@pytest.mark.parametrize("kind", ["update", "delete"])
def test_another_hand_that_comes_first_makes_a_write_stale(world: World, kind: str) -> None:
    write = prepared(world, kind)
    world.sessions.live["user"] = session_type(name="Mallory")
    with pytest.raises(StaleRecord, match="`user` is not as it was when it was read"):
        write(world.open())
    record = world.record()
    assert record is not None
    assert (record.applied, record.managed_by, record.updated_by) == (OLD, OWNER, "")


def test_a_platform_that_keeps_something_else_than_was_sent_is_told(world: World) -> None:
    def merge() -> None:
        world.sessions.live["user"] = session_type(description="kept from before")

    world.sessions.after_write = merge
    with pytest.raises(RegistryError, match="`user` was written, but memory has another `description` than was sent"):
        world.open().create(OLD, SOURCE)
    record = world.record()
    assert record is not None
    assert record.applied == OLD


def test_a_platform_that_keeps_nothing_is_told(world: World) -> None:
    world.sessions.after_write = world.sessions.live.clear
    with pytest.raises(RegistryError, match="memory answered that `user` was written, and does not have it"):
        world.open().create(OLD, SOURCE)


def test_a_revision_tells_owner_applied_and_live(world: World) -> None:
    created = world.open().create(OLD)
    adopted = world.open().update("user", {}, revision=created.revision, source=SOURCE)
    taken = world.open().update("user", {}, revision=adopted.revision, source=Source("other"))
    assert len({created.revision, adopted.revision, taken.revision}) == 3
    again = world.open().update("user", {}, revision=taken.revision, source=SOURCE)
    assert again.revision == adopted.revision
    assert 0 < again.revision < 2**52
    with pytest.raises(StaleRecord):
        world.open().update("user", {}, revision=created.revision, source=SOURCE)
