"""The quick way decides nothing: whatever it takes, the careful way reads the same from."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.registry.http.decode import record
from reconciler.registry.http.fields import Malformed
from reconciler.registry.http.quick_record import quick_record
from tests.strategies import session_types

SPEC = {
    "name": "User",
    "tag": "user",
    "description": "",
    "schema": {"userId": "user_123", "visits": 1},
    "selector": "$Session{userId}",
    "expiry": 7,
    "period": "days",
}
RECORD: dict[str, Any] = {
    "tag": "user",
    "spec": SPEC,
    "revision": 3,
    "managed_by": {"project": "shop", "file": "sessions/user.yaml", "commit": None},
    "applied": SPEC,
    "created_at": "2026-11-24T10:00:00Z",
    "updated_at": "2026-11-25T10:00:00.123456Z",
    "updated_by": "ada",
}
ODD: list[Any] = [
    None,
    "",
    "x",
    0,
    1,
    1.0,
    True,
    [],
    {},
    {"a": 1},
    "2026-11-24T10:00:00",
    "2026-11-24T10:00:00+02:00",
    "day",
    ...,
]


def assert_agrees(item: Any) -> None:
    quick = quick_record(item)
    if quick is not None:
        careful = record(json.dumps(item).encode())
        assert quick == careful
        assert repr(quick) == repr(careful)


def test_what_the_agreement_says_is_taken() -> None:
    for owner in (None, RECORD["managed_by"], {**RECORD["managed_by"], "commit": "c0ffee"}):
        for applied in (None, SPEC):
            item = {**RECORD, "managed_by": owner, "applied": applied}
            assert quick_record(item) is not None
            assert_agrees(item)


@given(st.data())
def test_any_other_value_anywhere_is_read_as_the_careful_way_does(data: st.DataObject) -> None:
    item = copy.deepcopy(RECORD)
    inside = data.draw(st.sampled_from([item, item["spec"], item["managed_by"], item["applied"]]))
    key, value = data.draw(st.sampled_from(sorted(inside))), data.draw(st.sampled_from(ODD))
    if value is ...:
        del inside[key]
    else:
        inside[key] = value
    try:
        assert_agrees(item)
    except Malformed:
        pytest.fail(f"taken, though {key} is malformed: {value!r}")


@given(session_types(), session_types())
def test_any_session_types_are_read_as_the_careful_way_does(spec: Any, applied: Any) -> None:
    assert_agrees({**RECORD, "spec": spec.to_json(), "applied": applied.to_json()})
    assert_agrees({**RECORD, "spec": spec.to_json(), "applied": spec.to_json()})


@pytest.mark.parametrize("item", [None, [], "text", 1])
def test_what_is_no_object_is_left_to_the_careful_way(item: Any) -> None:
    assert quick_record(item) is None
