"""What must hold for any two sets of session types."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.apply import Execution, execute
from reconciler.plan import (
    Authors,
    Guard,
    Limits,
    LineCommit,
    PlanOptions,
    check_guards,
    make_plan,
    plan_of,
    read_plan,
    sample_paths,
    sealed,
    to_document,
    with_impacts,
    with_sensitive_values,
)
from reconciler.plan.differences import diff
from reconciler.plan.model import Missing, Risk
from reconciler.port import Impact, ManagedBy, Record, Snapshot, Source
from reconciler.runtime.data import data_problems, still_fits
from reconciler.session_type import SessionType
from reconciler.values import JsonValue, canonical_json, format_path, same_value, set_at
from tests.builders import NOW, PROJECT, desired, header, session_type

_keys = st.text("abc_.[", min_size=1, max_size=3)
_scalars = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.5, 1.0, -2.0]) | st.text("xy", max_size=2)
)
_json = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3), max_leaves=8
)
_schemas = st.dictionaries(_keys, _json, max_size=4).map(lambda schema: {**schema, "userId": "u"})


@st.composite
def session_types(draw: st.DrawFn, tag: str = "user") -> SessionType:
    return session_type(
        tag,
        name=draw(st.sampled_from(["One", "Two"])),
        description=draw(st.sampled_from(["", "text"])),
        schema=draw(_schemas),
        expiry=draw(st.sampled_from([1, 7, 12, 24, 60])),
        period=draw(st.sampled_from(["seconds", "minutes", "hours", "days", "weeks", "months", "years"])),
    )


# So few that two of them are often alike.
_shapes = st.recursive(
    st.sampled_from([None, 1, "x"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=3,
)
_alike = st.builds(
    lambda fields, items: {**fields, "items": items, "userId": "u"},
    st.dictionaries(st.sampled_from("ab"), _shapes, max_size=1),
    st.lists(_shapes, max_size=2),
)


def _data_of(sample: JsonValue) -> st.SearchStrategy[JsonValue]:
    """Draw what a session may be started with where the sample stands."""
    match sample:
        case dict():
            return st.fixed_dictionaries({key: _data_of(value) for key, value in sample.items()})
        case list():
            return st.lists(st.one_of([_data_of(item) for item in sample or [None]]), max_size=2)
        case None:
            return _shapes
        case _:
            return st.just(sample)


@st.composite
def sets_of_session_types(draw: st.DrawFn) -> dict[str, SessionType]:
    tags = draw(st.sets(st.sampled_from(["a", "b", "c", "d"])))
    return {tag: draw(session_types(tag)) for tag in sorted(tags)}


class DictRegistry:
    """The whole world of a registry: one dict."""

    def __init__(self, live: dict[str, SessionType], owner: str | None = PROJECT) -> None:
        self.revision = len(live)
        self.records = {
            tag: Record(tag, spec, at, ManagedBy(owner) if owner else None, spec if owner else None, NOW, NOW, "x")
            for at, (tag, spec) in enumerate(live.items(), start=1)
        }
        self.calls: list[tuple[str, str, Any]] = []

    def fetch(self) -> Snapshot:
        return Snapshot(tuple(self.records[tag] for tag in sorted(self.records)), self.revision)

    def history(self, *, tag: str | None = None, after: int = 0) -> list[Any]:
        return []

    def create(self, session_type: SessionType, source: Source | None = None) -> Record:
        assert session_type.tag not in self.records
        self.calls.append(("create", session_type.tag, None))
        return self._put(session_type)

    def update(self, tag: str, fields: Any, *, revision: int, source: Source | None = None) -> Record:
        spec = self.records[tag].spec
        assert spec
        assert self.records[tag].revision == revision
        self.calls.append(("update", tag, fields))
        return self._put(SessionType.from_json({**spec.to_json(), **fields}))

    def delete(self, tag: str, *, revision: int, source: Source | None = None) -> None:
        assert self.records.pop(tag).revision == revision
        self.calls.append(("delete", tag, None))

    def _put(self, spec: SessionType) -> Record:
        self.revision += 1
        record = Record(spec.tag, spec, self.revision, ManagedBy(PROJECT), spec, NOW, NOW, "x")
        self.records[spec.tag] = record
        return record


@given(session_types())
def test_a_session_type_does_not_differ_from_itself(one: SessionType) -> None:
    assert diff(one, one) == ()


@given(session_types(), session_types())
def test_a_diff_is_empty_just_for_the_same_session_type(one: SessionType, two: SessionType) -> None:
    assert (diff(one, two) == ()) is one.same_as(two)


@given(session_types(), session_types())
def test_the_fields_of_a_diff_are_where_and_what_they_say(one: SessionType, two: SessionType) -> None:
    for change in diff(one, two):
        for side, value in ((one, change.before), (two, change.after)):
            if not isinstance(value, Missing):
                probe = set_at(side.to_json(), change.path, {"probe": 1})
                assert probe != side.to_json(), "the path leads somewhere"
                assert same_value(set_at(probe, change.path, value), side.to_json()), "and the value stands there"


@given(session_types(), session_types())
def test_nothing_outside_a_diff_differs(one: SessionType, two: SessionType) -> None:
    left: JsonValue = one.to_json()
    right: JsonValue = two.to_json()
    for change in diff(one, two):
        if not isinstance(change.before, Missing) and not isinstance(change.after, Missing):
            left, right = set_at(left, change.path, "same"), set_at(right, change.path, "same")
        elif isinstance(change.before, Missing):
            right = set_at(right, change.path, _GONE)
        else:
            left = set_at(left, change.path, _GONE)
    if one.lifetime.same_as(two.lifetime):
        left, right = ({**side, "expiry": 0, "period": ""} for side in (left, right) if isinstance(side, dict))
    assert canonical_json(_swept(left)) == canonical_json(_swept(right))


_GONE = "\0gone"


def _swept(value: JsonValue) -> JsonValue:
    """Return a value without what was marked as gone; only at the end, because indexes count what stands before."""
    if isinstance(value, dict):
        return {key: _swept(item) for key, item in value.items() if item != _GONE}
    return [_swept(item) for item in value if item != _GONE] if isinstance(value, list) else value


@given(sets_of_session_types(), sets_of_session_types(), st.booleans())
def test_after_apply_live_is_desired_and_a_second_plan_is_empty(
    wanted: dict[str, SessionType], live: dict[str, SessionType], owned: bool
) -> None:
    registry = DictRegistry(live, PROJECT if owned else None)
    options = PlanOptions(PROJECT, prune=True)
    manifests = [desired(each) for each in wanted.values()]
    plan = make_plan(manifests, registry.fetch(), options)
    outcomes = list(execute(plan, registry, Execution(PROJECT, parallelism=1)))
    assert len(outcomes) == len(plan.calls) == len(registry.calls)
    second = make_plan(manifests, registry.fetch(), options)
    assert second.calls == ()
    assert {record.tag for record in registry.fetch().records} == (set(wanted) if owned else set(wanted) | set(live))
    for tag, each in wanted.items():
        spec = registry.records[tag].spec
        assert spec
        assert spec.same_as(each)


@given(sets_of_session_types(), sets_of_session_types())
def test_each_call_is_the_least_that_does_it(wanted: dict[str, SessionType], live: dict[str, SessionType]) -> None:
    registry = DictRegistry(live)
    plan = make_plan(map(desired, wanted.values()), registry.fetch(), PlanOptions(PROJECT, prune=True))
    list(execute(plan, registry, Execution(PROJECT)))
    differing = {tag for tag in wanted.keys() & live.keys() if not wanted[tag].same_as(live[tag])}
    assert {tag for call, tag, _ in registry.calls if call == "create"} == wanted.keys() - live.keys()
    assert {tag for call, tag, _ in registry.calls if call == "delete"} == live.keys() - wanted.keys()
    assert {tag for call, tag, _ in registry.calls if call == "update"} == differing
    for call, tag, fields in registry.calls:
        if call == "update":
            assert all(wanted[tag].to_json()[name] != live[tag].to_json()[name] for name in fields)


@given(sets_of_session_types(), sets_of_session_types())
def test_a_saved_plan_makes_the_same_calls(wanted: dict[str, SessionType], live: dict[str, SessionType]) -> None:
    registry = DictRegistry(live)
    plan = make_plan(map(desired, wanted.values()), registry.fetch(), PlanOptions(PROJECT, prune=True))
    text = json.dumps(sealed(to_document(plan, header())))
    loaded = plan_of(read_plan(text, "plan.json"))
    calls = [(each.tag, each.action, each.revision, canonical_json(each.payload())) for each in plan.calls]
    assert [(c.tag, c.action, c.revision, canonical_json(c.payload())) for c in loaded.calls] == calls


@given(session_types(), session_types(), st.data())
def test_a_saved_plan_gets_back_every_value_that_it_does_not_hold(
    wanted: SessionType, live: SessionType, data: st.DataObject
) -> None:
    """Sensitive paths lead to what is wanted or live, around it, or on from where there is nothing more."""
    leading = st.sampled_from([(*path, "on", "and on") for path in sample_paths(wanted, live)])
    paths = data.draw(st.lists(st.tuples(leading, st.integers(2, 6)).map(lambda drawn: drawn[0][: drawn[1]])))
    manifest = desired(wanted, sensitive=[format_path(path) for path in paths])
    snapshot = DictRegistry({"user": live}).fetch()
    saved = json.dumps(sealed(to_document(make_plan([manifest], snapshot, PlanOptions(PROJECT)), header())))
    plan = with_sensitive_values(plan_of(read_plan(saved, "plan.json")), {"user": manifest}, snapshot)
    assert all(change.after and change.after.same_as(wanted) for change in plan.changes)


@given(st.dictionaries(st.sampled_from("abcd"), st.none() | st.integers(0, 100)), st.integers(0, 200))
def test_too_many_live_sessions_are_refused_and_so_is_an_unknown_number(
    numbers: dict[str, int | None], limit: int
) -> None:
    wanted = {tag: session_type(tag, expiry=1) for tag in "abc"}
    snapshot = DictRegistry({tag: session_type(tag, expiry=2) for tag in "abcd"}).fetch()
    plan = make_plan(map(desired, wanted.values()), snapshot, PlanOptions(PROJECT))
    plan = with_impacts(plan, {tag: Impact(number) for tag, number in numbers.items()})
    asked = [numbers.get(tag) for tag in wanted]
    is_within = None not in asked and sum(number or 0 for number in asked) <= limit
    refused = {each.guard for each in check_guards(plan, Limits(max_live_sessions=limit), manifests=3)}
    assert (Guard.MAX_LIVE_SESSIONS not in refused) is is_within


@given(session_types(), session_types(), st.booleans())
def test_who_is_behind_a_change_adds_names_and_changes_nothing_else(
    wanted: SessionType, live: SessionType, known: bool
) -> None:
    plan = make_plan([desired(wanted)], DictRegistry({"user": live}).fetch(), PlanOptions(PROJECT))
    commit = LineCommit("c" * 40, "Ada")
    authors = Authors({("sessions/user.yaml", 1): commit}, {"user": commit}) if known else Authors()
    named, plain = to_document(plan, header(), authors=authors), to_document(plan, header())
    assert json.dumps(named).replace(json.dumps("c" * 40), "null").replace('"Ada"', "null") == json.dumps(plain)
    for entry in named["resource_changes"]:
        assert {field["commit"] for field in entry["fields"]} <= ({"c" * 40} if known else {None})


@settings(max_examples=200)
@given(data=st.data(), before=_alike, after=_alike)
def test_sessions_that_live_fit_what_is_not_breaking(
    data: st.DataObject, before: dict[str, JsonValue], after: dict[str, JsonValue]
) -> None:
    old, new = session_type(schema=before), session_type(schema=after)
    held = data.draw(_data_of(before))
    assert isinstance(held, dict)
    assert data_problems(old, held) == ()
    risks = {each.risk for each in diff(old, new)}
    if Risk.BREAKING not in risks:
        assert still_fits(new, held, "u")
    if risks <= {Risk.NONE}:
        assert data_problems(new, held) == ()
