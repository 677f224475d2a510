from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.diagnostics import Code, Problem
from reconciler.session_type import FIELDS, Period, check
from reconciler.values import JsonObject, JsonValue
from tests.strategies import json_objects, json_values

Problems = Callable[..., list[Problem]]


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "x"},
        {"name": "é" * 200},
        {"tag": "a"},
        {"tag": "0"},
        {"tag": "A.b_c-9"},
        {"tag": "a" * 128},
        {"description": ""},
        {"description": "x" * 10_000},
        {"schema": {"userId": None, "id": 1}, "selector": "$Session{id}"},
        {"schema": {"userId": 0}},
        {"schema": {"userId": 1.5}},
        {"schema": {"userId": False}},
        {"schema": {"userId": ""}},
        {
            "schema": {
                "userId": "x",
                "a": [],
                "b": {},
                "c": [[1, "x", None, {"d": True}]],
                "d": 2**63 - 1,
                "e": -(2**63) + 1,
            }
        },
        {"selector": "$Session{details}{email}"},
        {"selector": "$Session{details}{admin}"},
        {"expiry": 1},
        {"expiry": 2**31 - 1},
    ],
)
def test_what_is_within_the_rules_is_accepted(changed: JsonObject, problems: Problems) -> None:
    assert problems(**changed) == []


def test_the_description_is_empty_by_default(fields: Callable[..., JsonObject]) -> None:
    given_fields = fields()
    del given_fields["description"]
    session_type = check(given_fields).session_type
    assert session_type
    assert session_type.description == ""


@pytest.mark.parametrize("spelled", Period.spellings())
def test_every_spelling_of_a_period_folds_to_the_canonical_one(spelled: str, fields: Callable[..., JsonObject]) -> None:
    session_type = check(fields(period=spelled)).session_type
    assert session_type
    assert session_type.period is Period.read(spelled)


def test_a_whole_expiry_may_be_written_as_a_fraction(fields: Callable[..., JsonObject]) -> None:
    session_type = check(fields(expiry=7.0)).session_type
    assert session_type
    assert repr(session_type.expiry) == "7"


@pytest.mark.parametrize(
    ("changed", "code", "hint"),
    [
        ({"name": ""}, Code.NAME_LENGTH, ""),
        ({"name": "x" * 201}, Code.NAME_LENGTH, ""),
        ({"name": 5}, Code.WRONG_TYPE, "Put quotes around it."),
        ({"name": None}, Code.WRONG_TYPE, ""),
        ({"name": ["x"]}, Code.WRONG_TYPE, ""),
        ({"name": "a\0b"}, Code.TEXT_CHARACTER, ""),
        ({"name": "\ud800"}, Code.TEXT_CHARACTER, ""),
        ({"tag": ""}, Code.TAG_FORM, ""),
        ({"tag": "a:b"}, Code.TAG_FORM, "A colon is not possible: tokens read `tag:token`."),
        ({"tag": "-a"}, Code.TAG_FORM, ""),
        ({"tag": ".a"}, Code.TAG_FORM, ""),
        ({"tag": "a b"}, Code.TAG_FORM, ""),
        ({"tag": "a\n"}, Code.TAG_FORM, ""),
        ({"tag": "é"}, Code.TAG_FORM, ""),
        ({"tag": "a" * 129}, Code.TAG_FORM, ""),
        ({"tag": 12}, Code.WRONG_TYPE, "Put quotes around it."),
        ({"tag": "a\ud800"}, Code.TEXT_CHARACTER, ""),
        ({"description": None}, Code.WRONG_TYPE, ""),
        ({"description": 1.5}, Code.WRONG_TYPE, "Put quotes around it."),
        ({"description": "\0"}, Code.TEXT_CHARACTER, ""),
        ({"schema": {}}, Code.SCHEMA_EMPTY, "Write a sample: `userId: user_123`."),
        ({"schema": []}, Code.WRONG_TYPE, ""),
        ({"schema": "x"}, Code.WRONG_TYPE, ""),
        ({"schema": None}, Code.WRONG_TYPE, ""),
        ({"selector": ""}, Code.SELECTOR_FORM, ""),
        ({"selector": 5}, Code.WRONG_TYPE, "Put quotes around it."),
        ({"selector": "$Session{\ud800}"}, Code.TEXT_CHARACTER, ""),
        ({"expiry": 0}, Code.EXPIRY_RANGE, ""),
        ({"expiry": -1}, Code.EXPIRY_RANGE, ""),
        ({"expiry": 2**31}, Code.EXPIRY_RANGE, ""),
        ({"expiry": 10**40}, Code.EXPIRY_RANGE, ""),
        ({"expiry": 0.0}, Code.EXPIRY_RANGE, ""),
        ({"expiry": "7"}, Code.WRONG_TYPE, "Remove the quotes: `expiry: 7`."),
        ({"expiry": "x"}, Code.WRONG_TYPE, ""),
        ({"expiry": 1.5}, Code.WRONG_TYPE, ""),
        ({"expiry": True}, Code.WRONG_TYPE, ""),
        ({"expiry": None}, Code.WRONG_TYPE, ""),
        ({"expiry": math.inf}, Code.WRONG_TYPE, ""),
        ({"expiry": math.nan}, Code.WRONG_TYPE, ""),
        ({"period": "Days"}, Code.UNKNOWN_PERIOD, "Did you mean `days`?"),
        ({"period": "hrs"}, Code.UNKNOWN_PERIOD, "Did you mean `hours`?"),
        ({"period": "fortnights"}, Code.UNKNOWN_PERIOD, ""),
        ({"period": ""}, Code.UNKNOWN_PERIOD, ""),
        ({"period": 7}, Code.WRONG_TYPE, "Put quotes around it."),
        ({"nmae": "x"}, Code.UNKNOWN_FIELD, "Did you mean `name`?"),
        ({"ttl": 1}, Code.UNKNOWN_FIELD, "Known: name, tag, description, schema, selector, expiry, period."),
        ({"_id": "x"}, Code.UNKNOWN_FIELD, "Known: name, tag, description, schema, selector, expiry, period."),
        ({"\ud800": 1}, Code.TEXT_CHARACTER, ""),
    ],
)
def test_a_broken_rule_is_one_problem_at_its_field(
    changed: JsonObject, code: Code, hint: str, problems: Problems
) -> None:
    (problem,) = problems(**changed)
    assert (problem.code, problem.path, problem.hint) == (code, tuple(changed), hint)
    assert problem.detail.endswith(".")


@pytest.mark.parametrize(
    ("value", "words"), [(1.5, "not 1.5"), (True, "not a boolean"), (None, "not null"), ([], "not an array")]
)
def test_a_wrong_type_says_what_was_found(value: JsonValue, words: str, problems: Problems) -> None:
    assert words in problems(expiry=value)[0].detail


@pytest.mark.parametrize("field", [name for name in FIELDS if name != "description"])
def test_a_missing_field_is_one_problem(field: str, fields: Callable[..., JsonObject]) -> None:
    given_fields = fields()
    del given_fields[field]
    (problem,) = check(given_fields).problems
    assert (problem.code, problem.path, problem.hint) == (Code.MISSING_FIELD, (field,), f"Add `{field}: …`.")


@pytest.mark.parametrize("field", [name for name in FIELDS if name != "description"])
def test_a_misspelled_field_is_one_problem_and_not_two(field: str, fields: Callable[..., JsonObject]) -> None:
    given_fields = fields()
    given_fields[field[:-1]] = given_fields.pop(field)
    (problem,) = check(given_fields).problems
    assert (problem.code, problem.path, problem.at_key) == (Code.UNKNOWN_FIELD, (field[:-1],), True)
    assert problem.hint == f"Did you mean `{field}`?"


def test_all_problems_are_reported_at_once(problems: Problems) -> None:
    found = problems(
        name="", tag="a:b", description=1, schema={"a": math.nan}, selector="$Session{x}", expiry=0, period="x"
    )
    assert {each.path[0] for each in found} == set(FIELDS)
    assert len(found) == len(FIELDS)


def test_nothing_at_all_misses_every_required_field() -> None:
    assert [each.path for each in check({}).problems] == [(name,) for name in FIELDS if name != "description"]


@given(
    st.dictionaries(
        st.sampled_from(FIELDS) | st.text(max_size=4), json_values | json_objects | st.text(st.characters())
    )
)
def test_any_fields_give_a_session_type_or_problems(fields: JsonObject) -> None:
    checked = check(fields)
    assert (checked.session_type is None) == bool(checked.problems)
