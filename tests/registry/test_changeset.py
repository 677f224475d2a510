"""Several writes as one: all of them, or none."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from reconciler.port import (
    ChangesetRegistry,
    Create,
    Delete,
    InvalidSessionType,
    ManagedBy,
    RegistryError,
    RegistryRejected,
    Snapshot,
    Source,
    StaleRecord,
    TagExists,
    Update,
    Write,
)
from reconciler.registry.store import Store
from reconciler.session_type import SessionType

Make = Callable[..., SessionType]
Stores = Callable[..., Store]
SOURCE = Source("git", "a.yaml", "c0ffee", "digest")
TAGS = ("a", "b", "c")


def test_all_is_written_with_an_entry_for_each(registry: ChangesetRegistry, make: Make) -> None:
    for tag in TAGS:
        registry.create(make(tag))

    registry.commit(
        [
            Update("c", {"expiry": 9}, 3, SOURCE),
            Create(make("d"), SOURCE),
            Delete("a", 1, SOURCE),
            Update("b", {}, 2, SOURCE),
        ]
    )

    snapshot = registry.fetch()
    assert [(record.tag, record.revision) for record in snapshot.records] == [("b", 7), ("c", 4), ("d", 5)]
    assert {record.managed_by for record in snapshot.records} == {ManagedBy("git", "a.yaml", "c0ffee")}
    assert snapshot.revision == 7
    entries = list(registry.history())
    assert [entry.revision for entry in entries] == list(range(1, 8))
    assert [(entry.tag, entry.action) for entry in entries[3:]] == [
        ("c", "update"),
        ("d", "create"),
        ("a", "delete"),
        ("b", "adopt"),
    ]
    assert len({entry.at for entry in entries[3:]}) == 1


@pytest.mark.parametrize(
    ("failing", "error", "tag"),
    [
        (Update("b", {"expiry": 9}, 7), StaleRecord, "b"),
        (Delete("b", 7), StaleRecord, "b"),
        (Update("nobody", {"expiry": 9}, 7), StaleRecord, "nobody"),
        (Update("b", {"expiry": 0}, 2), InvalidSessionType, "b"),
        (Update("b", {"tag": "z"}, 2), RegistryRejected, "b"),
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_failure_undoes_all(  # noqa: PLR0913, PLR0917 - three of them are fixtures
    registry: ChangesetRegistry, make: Make, failing: Write, error: type[RegistryError], tag: str, place: int
) -> None:
    for each in TAGS:
        registry.create(make(each))
    before, entries = registry.fetch(), list(registry.history())
    writes: list[Write] = [Update("a", {"expiry": 9}, 1, SOURCE), Create(make("new"))]
    writes.insert(place, failing)

    with pytest.raises(error) as failed:
        registry.commit(writes)

    assert failed.value.tag == tag
    assert f"`{tag}`" in failed.value.message
    assert registry.fetch() == before
    assert list(registry.history()) == entries
    assert registry.create(make("d")).revision == 4


def test_a_tag_that_exists_undoes_all(registry: ChangesetRegistry, make: Make) -> None:
    registry.create(make("b"))
    before = registry.fetch()
    with pytest.raises(TagExists) as failed:
        registry.commit([Create(make("a")), Create(make("b")), Create(make("c"))])
    assert failed.value.tag == "b"
    assert registry.fetch() == before


def test_an_invalid_update_names_each_problem(registry: ChangesetRegistry, make: Make) -> None:
    registry.create(make("a"))
    with pytest.raises(InvalidSessionType) as failed:
        registry.commit([Update("a", {"expiry": 0, "period": "eons"}, 1)])
    assert [problem.path for problem in failed.value.problems] == [("expiry",), ("period",)]


def test_later_writes_see_earlier_ones(registry: ChangesetRegistry, make: Make) -> None:
    registry.commit([Create(make("a")), Update("a", {"expiry": 9}, 1), Delete("a", 2), Create(make("a"))])
    [record] = registry.fetch().records
    assert (record.spec, record.revision) == (make("a"), 4)
    with pytest.raises(TagExists):
        registry.commit([Create(make("b")), Create(make("b"))])
    assert registry.fetch() == Snapshot((record,), 4)


def test_nothing_to_do_does_nothing(registry: ChangesetRegistry, make: Make) -> None:
    registry.commit([])
    assert registry.fetch() == Snapshot()
    created = registry.create(make("a"))
    registry.commit([Update("a", {}, 1)])
    assert registry.fetch() == Snapshot((created,), 1)


def test_the_revision_afterwards_is_told(stores: Stores, make: Make) -> None:
    store = stores()
    assert store.carry_out([Create(make("a")), Create(make("b"))]) == 2
    assert store.carry_out([Update("a", {}, 1)]) == 2


def test_an_interruption_in_the_middle_undoes_all(stores: Stores, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    store = stores()
    with monkeypatch.context() as patch:
        patch.setattr("reconciler.registry.store.operations.merge", interrupt)
        with pytest.raises(KeyboardInterrupt):
            store.commit([Create(make("a")), Update("a", {"expiry": 9}, 1), Create(make("b"))])
    assert store.fetch() == Snapshot()
    assert store.history() == ()


def interrupt(*_: object) -> SessionType:
    raise KeyboardInterrupt


def test_concurrent_changesets_leave_no_mix(stores: Stores, make: Make) -> None:
    """Each writes its own mark to all tags, so that a changeset that was carried out by half would show."""
    stores().commit([Create(make(tag)) for tag in TAGS])

    def attempts(thread: int) -> list[str]:
        store, done = stores(f"t{thread}"), []
        for step in range(4):
            mark = f"{thread}.{step}"
            fields = {"name": mark, "description": mark}
            writes = [Update(record.tag, fields, record.revision) for record in store.fetch().records]
            with suppress(StaleRecord):
                store.commit(writes if thread % 2 else writes[::-1])
                done.append(mark)
        return done

    with ThreadPoolExecutor(16) as threads:
        acknowledged = [mark for marks in threads.map(attempts, range(16)) for mark in marks]

    entries = stores().history(after=len(TAGS))
    assert acknowledged
    assert [entry.revision for entry in entries] == list(range(4, 4 + 3 * len(acknowledged)))
    marks = [str(entry.changes["name"][1]) for entry in entries]
    assert sorted(marks[::3]) == sorted(acknowledged)
    assert marks == [mark for mark in marks[::3] for _ in TAGS]
    specs = [record.spec for record in stores().fetch().records]
    assert {(spec.name, spec.description) for spec in specs if spec} == {(marks[-1], marks[-1])}
