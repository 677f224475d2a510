"""Who moved: pending, drift, conflict, converged, for every kind of field."""

from typing import Any

import pytest

from reconciler.plan import Origin
from tests.builders import SCHEMA, desired, plan_of, record, session_type

# Two edits of one field each, neither of which is the default.
EDITS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "description": ({"description": "one"}, {"description": "two"}),
    "name": ({"name": "One"}, {"name": "Two"}),
    "expiry": ({"expiry": 1}, {"expiry": 2}),
    "selector": ({"selector": "$Session{details}{email}"}, {"selector": "$Session{b}", "schema": {**SCHEMA, "b": 1}}),
    "schema.userId": ({"schema": {**SCHEMA, "userId": "a"}}, {"schema": {**SCHEMA, "userId": "b"}}),
    "schema.extra": ({"schema": {**SCHEMA, "extra": 1}}, {"schema": {**SCHEMA, "extra": None}}),
}


def _origins(wanted: dict[str, Any], live: dict[str, Any]) -> tuple[set[Origin], set[Origin]]:
    plan = plan_of([desired(session_type(**wanted))], [record(session_type(**live), applied=session_type())])
    return (
        {field.origin for change in plan.changes for field in change.fields},
        {field.origin for drift in plan.drift for field in drift.fields},
    )


@pytest.mark.parametrize("field", EDITS)
def test_who_moved_a_field(field: str) -> None:
    one, two = EDITS[field]
    assert _origins(one, {}) == ({Origin.PENDING}, set())
    assert _origins({}, one) == ({Origin.DRIFT}, {Origin.DRIFT})
    assert _origins(one, one) == (set(), {Origin.CONVERGED})
    changed, drifted = _origins(two, one)
    assert Origin.CONFLICT in changed
    assert Origin.CONFLICT in drifted


def test_fields_are_judged_one_by_one() -> None:
    plan = plan_of(
        [desired(session_type(description="from git"))],
        [record(session_type(name="by hand"), applied=session_type())],
    )
    (change,) = plan.changes
    origins = {field.path[0]: field.origin for field in change.fields}
    assert origins == {"description": Origin.PENDING, "name": Origin.DRIFT}
    assert not change.is_conflict


def test_a_lifetime_is_judged_as_one() -> None:
    applied, live = session_type(expiry=24, period="hours"), session_type(expiry=1, period="days")
    plan = plan_of([desired(session_type(expiry=2, period="days"))], [record(live, applied=applied)])
    (change,) = plan.changes
    assert {field.origin for field in change.fields} == {Origin.PENDING}
    assert plan.drift == ()


def test_without_an_applied_spec_everything_is_pending() -> None:
    (change,) = plan_of([desired(session_type(expiry=1))], [record(session_type())]).changes
    assert {field.origin for field in change.fields} == {Origin.PENDING}


def test_another_projects_applied_spec_says_nothing_about_ours() -> None:
    theirs = record(session_type(), applied=session_type(expiry=1), project="other")
    (change,) = plan_of([desired(session_type(expiry=9))], [theirs]).changes
    assert {field.origin for field in change.fields} == {Origin.PENDING}
    assert plan_of([], [theirs]).drift == ()


def test_drift_says_who_and_when_and_what() -> None:
    live = record(session_type(expiry=1), applied=session_type(), updated_by="mallory")
    (drift,) = plan_of([desired(session_type())], [live]).drift
    assert (drift.tag, drift.by, drift.at) == ("user", "mallory", live.updated_at)
    assert [(field.path, field.before, field.after) for field in drift.fields] == [(("expiry",), 7, 1)]


def test_a_deletion_by_another_hand_is_drift_and_is_undone() -> None:
    plan = plan_of([desired(session_type())], [record(None, applied=session_type())])
    (drift,) = plan.drift
    assert drift.live is None
    (change,) = plan.changes
    assert (change.action.value, change.revision) == ("create", 3)
    assert {field.origin for field in change.fields} == {Origin.DRIFT}


def test_a_record_whose_manifest_is_gone_can_drift_too() -> None:
    (drift,) = plan_of([], [record(session_type(expiry=1), applied=session_type())]).drift
    assert {field.origin for field in drift.fields} == {Origin.DRIFT}
