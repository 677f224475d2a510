"""What a change does to people."""

from typing import Any

import pytest

from reconciler.plan import FieldClass, Risk
from tests.builders import desired, plan_of, record, session_type

SCHEMA = {"userId": "u", "n": 1, "o": {"a": "x"}, "list": ["a"], "none": None, "empty": [], "objects": [{"a": 1}]}


def _schema(**changes: Any) -> dict[str, Any]:
    return {"schema": {**SCHEMA, **changes}}


CASES: dict[str, tuple[dict[str, Any], FieldClass, Risk]] = {
    "name": ({"name": "Other"}, FieldClass.DISPLAY, Risk.SAFE),
    "description": ({"description": "Other"}, FieldClass.DISPLAY, Risk.SAFE),
    "selector": ({"selector": "$Session{n}"}, FieldClass.SELECTOR, Risk.BREAKING),
    "longer": ({"expiry": 8}, FieldClass.LIFETIME, Risk.SAFE),
    "shorter": ({"expiry": 6}, FieldClass.LIFETIME, Risk.DISRUPTIVE),
    "longer unit": ({"period": "weeks"}, FieldClass.LIFETIME, Risk.SAFE),
    "shorter unit": ({"period": "hours"}, FieldClass.LIFETIME, Risk.DISRUPTIVE),
    "sample value": (_schema(n=2), FieldClass.SAMPLE, Risk.NONE),
    "whole to fraction": (_schema(n=1.5), FieldClass.SAMPLE, Risk.NONE),
    "number to string": (_schema(n="1"), FieldClass.TYPE_CHANGED, Risk.BREAKING),
    "number to boolean": (_schema(n=True), FieldClass.TYPE_CHANGED, Risk.BREAKING),
    "null to string": (_schema(none="x"), FieldClass.TYPE_CHANGED, Risk.BREAKING),
    "object to string": (_schema(o="x"), FieldClass.TYPE_CHANGED, Risk.BREAKING),
    "field added": (_schema(new=1), FieldClass.FIELD_ADDED, Risk.SAFE),
    "nested field added": (_schema(o={"a": "x", "b": 1}), FieldClass.FIELD_ADDED, Risk.SAFE),
    "nested field removed": (_schema(o={}), FieldClass.FIELD_REMOVED, Risk.BREAKING),
    "another item of a shape": (_schema(list=["a", "b"]), FieldClass.SAMPLE, Risk.NONE),
    "item of a new shape": (_schema(list=["a", 1]), FieldClass.FIELD_ADDED, Risk.SAFE),
    # Without items an array takes any, so the first sample of one refuses what live sessions may hold.
    "first item": (_schema(empty=[1]), FieldClass.FIELD_ADDED, Risk.BREAKING),
    "first item is null": (_schema(empty=[None]), FieldClass.SAMPLE, Risk.NONE),
    "last item gone": (_schema(list=[]), FieldClass.FIELD_REMOVED, Risk.SAFE),
    "item that may be anything": (_schema(list=["a", None]), FieldClass.FIELD_ADDED, Risk.SAFE),
    "item becomes anything": (_schema(list=[None]), FieldClass.TYPE_CHANGED, Risk.SAFE),
    "field added to an item": (_schema(objects=[{"a": 1, "b": 1}]), FieldClass.FIELD_ADDED, Risk.SAFE),
    "item with a field more": (_schema(objects=[{"a": 1}, {"a": 2, "b": 1}]), FieldClass.FIELD_ADDED, Risk.SAFE),
    "field removed from an item": (_schema(objects=[{}]), FieldClass.FIELD_REMOVED, Risk.BREAKING),
    "item type": (_schema(list=[1]), FieldClass.TYPE_CHANGED, Risk.BREAKING),
}


@pytest.mark.parametrize("case", CASES)
def test_each_kind_of_change_has_its_risk(case: str) -> None:
    edit, kind, risk = CASES[case]
    live = session_type(schema=SCHEMA)
    (change,) = plan_of([desired(session_type(**{"schema": SCHEMA, **edit}))], [record(live, applied=live)]).changes
    assert {(field.kind, field.risk) for field in change.fields} == {(kind, risk)}
    assert change.risk is risk


def test_the_order_of_an_arrays_items_is_nothing_to_sessions() -> None:
    live, wanted = (session_type(schema={"userId": "u", "list": items}) for items in (["a", 1, {"b": 1}], [2, "x"]))
    (change,) = plan_of([desired(wanted)], [record(live, applied=live)]).changes
    assert [(field.kind, field.risk) for field in change.fields] == [
        (FieldClass.SAMPLE, Risk.NONE),
        (FieldClass.SAMPLE, Risk.NONE),
        (FieldClass.FIELD_REMOVED, Risk.BREAKING),
    ]


def test_a_change_is_as_risky_as_its_riskiest_field() -> None:
    live = session_type()
    wanted = session_type(name="Other", expiry=1, selector="$Session{details}{email}")
    (change,) = plan_of([desired(wanted)], [record(live, applied=live)]).changes
    assert [field.risk for field in change.fields] == [Risk.SAFE, Risk.BREAKING, Risk.DISRUPTIVE]
    assert change.risk is Risk.BREAKING


def test_creating_is_safe_and_deleting_disruptive() -> None:
    (created,) = plan_of([desired(session_type())]).changes
    (deleted,) = plan_of([], [record(session_type(), applied=session_type())], prune=True).changes
    assert (created.risk, deleted.risk) == (Risk.SAFE, Risk.DISRUPTIVE)


def test_thirty_days_for_a_month_may_log_people_out_sooner() -> None:
    live = session_type(expiry=1, period="months")
    (change,) = plan_of([desired(session_type(expiry=30))], [record(live, applied=live)]).changes
    assert change.risk is Risk.DISRUPTIVE
