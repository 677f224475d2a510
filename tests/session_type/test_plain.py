"""The quick way decides nothing: whatever it takes, the rules would have passed in silence."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.session_type import check, plain_session_type
from reconciler.session_type.lint import lint
from reconciler.values import canonical_json
from tests.strategies import json_values, session_types

FIELDS: dict[str, Any] = {
    "name": "User",
    "tag": "user",
    "schema": {"userId": "user_123", "visits": 3},
    "selector": "$Session{userId}",
    "expiry": 7,
    "period": "days",
}
NO_TEXTS: list[Any] = [0, -1, 2**31, 2**63, 10**19, 1.0, 1e300, float("nan"), True, None, [], {}, {"": 1}]
TEXTS = ["", "\0", "\ud800", "a" * 300, "x" * 20_000, "1.0", "e+", "tag:x", "fortnights", "day", "$Session{schema}"]
REAL = ["AKIAIOSFODNN7EXAMPLQ", "4111111111111111", "mail@corp.com", "admin", "+49 170 1234567", "$Session{userId}"]
ODD = st.sampled_from([*NO_TEXTS, *TEXTS, *REAL])


def assert_agrees(fields: dict[str, Any]) -> None:
    quick = plain_session_type(fields)
    if quick is None:
        return
    checked = check(fields)
    assert checked.session_type == quick
    assert lint(quick) == ()
    assert checked.session_type.canonical() == quick.canonical()


def test_what_nearly_every_manifest_is_like_is_taken() -> None:
    assert plain_session_type(FIELDS) is not None
    assert plain_session_type({**FIELDS, "description": "Signed in", "period": "day"}) is not None


@given(st.sampled_from([*FIELDS, "description", "other"]), ODD | json_values)
def test_a_field_of_any_value_is_taken_only_where_nothing_is_wrong(field: str, value: Any) -> None:
    assert_agrees({**FIELDS, field: value})


@given(st.text(max_size=8), ODD | json_values)
def test_a_sample_of_any_value_is_taken_only_where_nothing_is_wrong(key: str, value: Any) -> None:
    assert_agrees({**FIELDS, "schema": {"userId": "user_123", key: value}})
    assert_agrees({**FIELDS, "schema": {"userId": value}})


@given(session_types())
def test_any_session_type_is_what_it_was(session_type: Any) -> None:
    assert_agrees(session_type.to_json())


@given(st.lists(st.sampled_from([*FIELDS, "description", "other", "perod"]), max_size=3), st.data())
def test_any_fields_are_taken_only_where_nothing_is_wrong(names: list[str], data: st.DataObject) -> None:
    fields = {name: value for name, value in FIELDS.items() if name not in names or data.draw(st.booleans())}
    assert_agrees(fields | {name: data.draw(ODD) for name in names if data.draw(st.booleans())})


@pytest.mark.parametrize("missing", list(FIELDS))
def test_what_lacks_a_field_takes_care(missing: str) -> None:
    assert plain_session_type({name: value for name, value in FIELDS.items() if name != missing}) is None


@pytest.mark.parametrize("missing", list(FIELDS))
def test_what_has_another_field_in_the_place_of_one_takes_care(missing: str) -> None:
    fields = {name: value for name, value in FIELDS.items() if name != missing}
    for other in ("other", "description"):
        assert plain_session_type({**fields, other: "days"}) is None
    assert plain_session_type({**fields, "description": "", "other": "days"}) is None


@given(session_types())
def test_the_canonical_form_is_that_of_the_whole_as_json(session_type: Any) -> None:
    length = session_type.lifetime
    lasts = {"expiry": length.seconds or length.months, "period": "s" if length.seconds else "mo"}
    assert session_type.canonical() == canonical_json({**session_type.to_json(), **lasts})
