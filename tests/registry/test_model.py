"""The store against a model of it: a dict, and the rules as the port tells them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import TypeAlias

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from reconciler.port import HistoryEntry, ManagedBy, Source, StaleRecord
from reconciler.registry.store import Database, Store
from reconciler.session_type import Period, SessionType, check
from reconciler.values import JsonObject, JsonValue, canonical_json

Spec: TypeAlias = JsonObject

TAGS = st.sampled_from(["a", "b"])
SOURCES = st.sampled_from([None, Source("git", "a.yaml", "c1"), Source("other")])
SCHEMAS = st.fixed_dictionaries(
    {"id": st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=3)},
    optional={"n": st.integers(0, 3) | st.booleans() | st.none()},
)
FIELDS = st.fixed_dictionaries(
    {}, optional={"expiry": st.integers(1, 3), "period": st.sampled_from(["days", "hours"]), "schema": SCHEMAS}
)


@dataclass(frozen=True)
class Entry:
    """What the model keeps of a record."""

    spec: SessionType | None
    revision: int
    managed_by: ManagedBy | None = None
    applied: SessionType | None = None


@dataclass
class Model:
    """What the store should hold."""

    entries: dict[str, Entry] = field(default_factory=dict)
    revision: int = 0

    def write(self, tag: str, spec: SessionType | None, source: Source | None) -> None:
        self.revision += 1
        before = self.entries.get(tag, Entry(None, 0))
        after = replace(before, spec=spec, revision=self.revision)
        if source is not None:
            owner = ManagedBy(source.project, source.file, source.commit)
            after = replace(after, managed_by=owner, applied=spec)
        self.entries[tag] = after

    def is_at(self, tag: str, revision: int, *, tombstone: bool = False) -> bool:
        entry = self.entries.get(tag)
        return entry is not None and entry.revision == revision and (tombstone or entry.spec is not None)


def make(tag: str, schema: JsonObject) -> SessionType:
    return SessionType("n", tag, "", schema, "$Session{id}", 1, Period.DAYS)


def replayed(entries: tuple[HistoryEntry, ...]) -> dict[str, Spec]:
    """Rebuild the specs from the history alone."""
    specs: dict[str, Spec] = {}
    for entry in entries:
        fields = specs.setdefault(entry.tag, {})
        for name, (before, after) in entry.changes.items():
            assert fields.get(name) == before
            fields[name] = after
        if entry.action == "delete":
            del specs[entry.tag]
    return specs


class StoreMachine(RuleBasedStateMachine):
    """Runs the same writes on both."""

    def __init__(self, database: Database, product: str) -> None:
        super().__init__()
        self.store = Store(database, product=product, actor="ada", clock=lambda: datetime(2026, 1, 1, tzinfo=UTC))
        self.model = Model()

    @rule(tag=TAGS, schema=SCHEMAS, source=SOURCES)
    def create(self, tag: str, schema: JsonObject, source: Source | None) -> None:
        entry = self.model.entries.get(tag)
        if entry is None or entry.spec is None:
            self.store.create(make(tag, schema), source)
            self.model.write(tag, make(tag, schema), source)
        else:
            self.refused(lambda: self.store.create(make(tag, schema), source))

    @precondition(lambda self: self.model.revision)
    @rule(tag=TAGS, fields=FIELDS, source=SOURCES, data=st.data())
    def update(self, tag: str, fields: dict[str, JsonValue], source: Source | None, data: st.DataObject) -> None:
        revision = self.some_revision(tag, data)
        if not self.model.is_at(tag, revision):
            self.refused(lambda: self.store.update(tag, fields, revision=revision, source=source))
            return
        self.store.update(tag, fields, revision=revision, source=source)
        present = self.model.entries[tag].spec
        assert present is not None
        merged = check({**present.to_json(), **fields}).session_type
        assert merged is not None
        if source is not None or canonical_json(merged.to_json()) != canonical_json(present.to_json()):
            self.model.write(tag, merged, source)

    @precondition(lambda self: self.model.revision)
    @rule(tag=TAGS, source=SOURCES, data=st.data())
    def delete(self, tag: str, source: Source | None, data: st.DataObject) -> None:
        revision = self.some_revision(tag, data)
        if not self.model.is_at(tag, revision, tombstone=source is not None):
            self.refused(lambda: self.store.delete(tag, revision=revision, source=source))
            return
        self.store.delete(tag, revision=revision, source=source)
        owned = self.model.entries[tag].managed_by is not None
        self.model.write(tag, None, None)
        if source is not None or not owned:
            del self.model.entries[tag]

    def some_revision(self, tag: str, data: st.DataObject) -> int:
        entry = self.model.entries.get(tag)
        others = st.integers(0, self.model.revision + 1)
        return data.draw(others if entry is None else st.just(entry.revision) | others)

    def refused(self, write: Callable[[], object]) -> None:
        with pytest.raises(StaleRecord):
            write()

    @invariant()
    def holds_what_the_model_holds(self) -> None:
        snapshot = self.store.fetch()
        held = {each.tag: Entry(each.spec, each.revision, each.managed_by, each.applied) for each in snapshot.records}
        assert held == self.model.entries
        assert snapshot.revision == self.model.revision

    @invariant()
    def history_alone_gives_the_specs(self) -> None:
        entries = self.store.history()
        assert [entry.revision for entry in entries] == list(range(1, self.model.revision + 1))
        live = {tag: entry.spec.to_json() for tag, entry in self.model.entries.items() if entry.spec is not None}
        assert replayed(entries) == live


def test_the_store_does_as_the_model(database: Database) -> None:
    products = (f"p{number}" for number in count())
    examples = 20 if database.engine.dialect.name == "sqlite" else 8
    run_state_machine_as_test(
        lambda: StoreMachine(database, next(products)),  # type: ignore[arg-type] # it takes any factory
        settings=settings(max_examples=examples, stateful_step_count=20, deadline=None),
    )
