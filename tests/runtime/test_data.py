from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.runtime.data import DATA_BYTES_MAX, data_problems, data_text, form_problems, identifier_of
from reconciler.session_type import Period, SessionType
from tests.builders import session_type
from tests.strategies import json_objects

PLAIN = SessionType(
    name="User",
    tag="user",
    description="",
    schema={
        "userId": "u1",
        "age": 36,
        "admin": False,
        "details": {"email": "ada@example.com", "a/b~c": "x"},
        "roles": ["admin"],
        "mixed": ["a", {"b": 1}],
        "anything": [],
        "note": None,
    },
    selector="$Session{userId}",
    expiry=1,
    period=Period.HOURS,
)
GOOD: dict[str, Any] = {
    "userId": "ada",
    "age": 1.5,
    "admin": True,
    "details": {"email": "", "a/b~c": "y"},
    "roles": ["x", "y"],
    "mixed": [{"b": 2}, "c"],
    "anything": [1, "a", None, {}],
    "note": {"any": ["thing"]},
}


def found(data: Any, of: SessionType = PLAIN) -> dict[str, str]:
    return {problem.pointer: problem.message for problem in data_problems(of, data)}


def test_data_of_the_samples_shape_is_accepted() -> None:
    assert found(GOOD) == {}
    assert found({**GOOD, "roles": [], "mixed": [], "note": None, "age": 3}) == {}


def test_every_problem_is_told_at_once_with_its_place() -> None:
    bad = {
        "userId": 7,
        "age": True,
        "details": {"email": None, "extra": 1},
        "roles": ["x", 3],
        "mixed": [{"b": "no"}, None],
        "note": 1,
        "anything": [],
        "stranger": 1,
    }
    assert found(bad) == {
        "/data/userId": "`userId` must be a string, not a number.",
        "/data/age": "`age` must be a number, not a boolean.",
        "/data/admin": "`admin` is missing.",
        "/data/details/email": "`email` must be a string, not null.",
        "/data/details/a~1b~0c": "`a/b~c` is missing.",
        "/data/details/extra": "The session type has no field `extra`.",
        "/data/roles/1": "Item 1 must be a string, not a number.",
        "/data/mixed/0/b": "`b` must be a number, not a string.",
        "/data/mixed/1": "Item 1 must be a string, not null.",
        "/data/stranger": "The session type has no field `stranger`.",
    }


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"userId": "a\0"}, "/data/userId"),
        ({"userId": "\ud800"}, "/data/userId"),
        ({"age": float("inf")}, "/data/age"),
        ({"anything": [{"x": float("nan")}]}, "/data/anything/0/x"),
        ({"note": {"\0": 1}}, "/data/note"),
        ({"userId": ""}, "/data/userId"),
        ({"userId": "x" * 513}, "/data/userId"),
        ({"note": "é" * (DATA_BYTES_MAX // 2)}, "/data"),
    ],
)
def test_what_can_not_be_kept_is_refused(change: dict[str, Any], pointer: str) -> None:
    assert list(found({**GOOD, **change})) == [pointer]


def test_data_may_take_4096_bytes_and_no_more() -> None:
    of = replace(PLAIN, schema={"userId": "u", "text": "t"})
    room = DATA_BYTES_MAX - len(data_text({"userId": "u", "text": ""}))
    assert found({"userId": "u", "text": "x" * room}, of) == {}
    assert found({"userId": "u", "text": "x" * (room + 1)}, of) == {
        "/data": "The data takes 4,097 bytes as JSON; the limit is 4,096."
    }


@pytest.mark.parametrize("data", [None, [], "text", 1])
def test_data_must_be_an_object(data: Any) -> None:
    assert [problem.pointer for problem in form_problems(data)] == ["/data"]


def test_data_of_any_depth_is_refused_and_breaks_nothing() -> None:
    deep: Any = {}
    for _ in range(100_000):
        deep = [deep]
    assert [problem.message for problem in form_problems({"note": deep})] == ["Data may be nested 32 levels deep."]
    assert form_problems({"a": {"b": [1]}}) == ()
    while deep:  # Python itself takes nested lists apart by recursion
        deep = deep.pop()


@pytest.mark.parametrize(
    ("value", "identifier"),
    [("007", "007"), (7, "7"), (7.0, "7"), (7.25, "7.25"), (True, "true"), ("true", "true"), (-1, "-1")],
)
def test_an_identifier_is_kept_as_text(value: Any, identifier: str) -> None:
    assert identifier_of(replace(PLAIN, schema={"userId": value}), {"userId": value}) == identifier


def test_a_nested_selector_picks_the_identifier() -> None:
    nested = session_type(schema={"details": {"email": "x"}}, selector="$Session{details}{email}")
    assert identifier_of(nested, {"details": {"email": "ada@example.com"}}) == "ada@example.com"
    assert [each.pointer for each in data_problems(nested, {"details": {"email": ""}})] == ["/data/details/email"]


@given(
    schema=json_objects,
    user=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=9),
)
def test_the_sample_itself_is_always_of_its_own_shape(schema: dict[str, Any], user: str) -> None:
    sample = {**schema, "userId": user}
    problems = data_problems(replace(PLAIN, schema=sample), sample)
    assert [problem.pointer for problem in problems if problem.pointer != "/data"] == []
