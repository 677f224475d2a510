"""A registry that keeps no applied specs: nothing is owned, and drift is what differs from the manifests."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.plan import Missing, Ownership, Plan, PlanOptions, check_guards, make_plan, not_allowed, to_document
from reconciler.plan import two_way as told_two_way
from reconciler.plan.guard import Guard
from reconciler.plan.limits import Limits
from reconciler.port import Record, Snapshot, Unreadable
from reconciler.session_type import SessionType
from tests.builders import PROJECT, desired, header, record, session_type
from tests.strategies import session_types


def plan_of(wanted: list[SessionType], live: list[Record], *unreadable: Unreadable) -> Plan:
    snapshot = Snapshot(tuple(live), keeps_applied=False, is_plain=True, unreadable=unreadable)
    return make_plan([desired(each) for each in wanted], snapshot, PlanOptions(PROJECT))


def test_nothing_is_called_unmanaged_that_could_not_be_owned() -> None:
    plan = plan_of([session_type(expiry=9)], [record(session_type()), record(session_type("stray"))])
    assert [change.ownership for change in plan.changes] == [Ownership.NONE]
    assert plan.unmanaged == ("stray",)


def test_drift_leads_from_the_manifest_to_live() -> None:
    plan = plan_of([session_type(expiry=9), session_type("gone")], [record(session_type())])
    assert plan.drift == ()
    gone, user = told_two_way(plan).drift
    assert (gone.live, user.live) == (None, session_type())
    assert {field.after for field in gone.fields} == {Missing.MISSING}
    [field] = user.fields
    assert (field.path, field.before, field.after) == (("expiry",), 9, 7)
    assert (user.by, user.at, user.applied) == ("", None, session_type(expiry=9))


@given(session_types())
def test_what_is_as_the_manifest_says_is_no_drift(spec: SessionType) -> None:
    assert told_two_way(plan_of([spec], [record(spec)])).drift == ()


@given(st.lists(session_types(), max_size=4, unique_by=lambda spec: spec.tag), session_types())
def test_drift_is_exactly_what_the_plan_would_change(wanted: list[SessionType], live: SessionType) -> None:
    plan = plan_of(wanted, [record(live)])
    assert [drift.tag for drift in told_two_way(plan).drift] == [change.tag for change in plan.changes]


def test_an_unreadable_record_is_left_out_and_guarded_only_where_it_is_wanted() -> None:
    bad, stray = Unreadable("user", "It is broken."), Unreadable("stray", "It is too.")
    plan = plan_of([session_type(), session_type("other")], [], bad, stray)
    assert [change.tag for change in plan.changes] == ["other"]
    [refusal] = refusals = check_guards(plan, Limits(), manifests=2)
    assert (refusal.guard, refusal.tag) == (Guard.UNREADABLE, "user")
    assert not_allowed(refusals, frozenset({(Guard.UNREADABLE, "user")})) == ()
    listed = to_document(plan, header())["unreadable"]
    assert listed == [
        {"name": "user", "reason": "It is broken.", "wanted": True},
        {"name": "stray", "reason": "It is too.", "wanted": False},
    ]


def test_a_list_of_which_nothing_can_be_read_is_not_an_empty_one() -> None:
    tombstone = record(None, applied=session_type("other"))
    options = PlanOptions(PROJECT)
    assert make_plan([], Snapshot((tombstone,)), options).emptied == 1
    assert make_plan([], Snapshot((tombstone,), unreadable=(Unreadable("user", ""),)), options).emptied == 0
