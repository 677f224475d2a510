from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from reconciler.diagnostics import Code, Problem
from reconciler.session_type.sample import DEPTH_MAX
from reconciler.values import JsonObject, JsonValue, Path

Problems = Callable[..., list[Problem]]


def nested(depth: int, *, arrays: bool = False) -> JsonValue:
    value: JsonValue = "leaf"
    for _ in range(depth):
        value = [value] if arrays else {"k": value}
    return value


@pytest.mark.parametrize(
    ("sample", "path", "code"),
    [
        ({"a": math.nan}, ("a",), Code.NUMBER_OUT_OF_RANGE),
        ({"a": {"b": [1, math.inf]}}, ("a", "b", 1), Code.NUMBER_OUT_OF_RANGE),
        ({"a": -math.inf}, ("a",), Code.NUMBER_OUT_OF_RANGE),
        ({"a": 2**63}, ("a",), Code.NUMBER_OUT_OF_RANGE),
        ({"a": [{"b": -(2**63) - 1}]}, ("a", 0, "b"), Code.NUMBER_OUT_OF_RANGE),
        ({"a": "x\0"}, ("a",), Code.TEXT_CHARACTER),
        ({"a": ["\udfff"]}, ("a", 0), Code.TEXT_CHARACTER),
        ({"": 1}, ("",), Code.TEXT_CHARACTER),
        ({"a": {"b\0": 1}}, ("a", "b\0"), Code.TEXT_CHARACTER),
        ({"a": [{"\ud800": 1}]}, ("a", 0, "\ud800"), Code.TEXT_CHARACTER),
    ],
)
def test_what_no_registry_could_keep_is_a_problem_at_its_place(
    sample: JsonObject, path: Path, code: Code, problems: Problems
) -> None:
    (problem,) = problems(schema={"userId": "x", **sample})
    assert (problem.code, problem.path) == (code, ("schema", *path))


@pytest.mark.parametrize("value", [2**63 - 1, 0, 1.7976931348623157e308, 5e-324, -0.0, True, None, "😀", "é\t\n\x7f"])
def test_what_every_registry_can_keep_is_accepted(value: JsonValue, problems: Problems) -> None:
    assert problems(schema={"userId": "x", "a": [value, {"b": value}]}) == []


@pytest.mark.parametrize("arrays", [False, True])
def test_nesting_has_a_limit(arrays: bool, problems: Problems) -> None:
    assert problems(schema={"userId": "x", "a": nested(DEPTH_MAX - 2, arrays=arrays)}) == []
    (problem,) = problems(schema={"userId": "x", "a": nested(DEPTH_MAX - 1, arrays=arrays)})
    assert problem.code is Code.SCHEMA_TOO_DEEP
    assert str(DEPTH_MAX) in problem.detail


def test_nesting_without_end_is_one_problem_too(problems: Problems) -> None:
    found = problems(schema={"userId": "x", "a": nested(DEPTH_MAX * 3)})
    assert [each.code for each in found] == [Code.SCHEMA_TOO_DEEP]


def test_every_bad_value_is_reported(problems: Problems) -> None:
    found = problems(schema={"userId": "x", "a": math.nan, "b": [2**63, "\0"], "": 1})
    assert len(found) == 4
