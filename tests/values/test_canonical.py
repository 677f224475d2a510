from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.values import JsonValue, canonical_json, canonical_value, same_value
from tests.strategies import json_objects, json_values


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"a": {"x": 1, "y": [1]}}, {"a": {"y": [1.0], "x": 1.0}}),
        (1, 1.0),
        (0, -0.0),
        (0.0, -0.0),
        (10**20, 1e20),
        ([], []),
        ({}, {}),
    ],
)
def test_one_value_in_two_spellings_is_the_same(left: JsonValue, right: JsonValue) -> None:
    assert same_value(left, right)
    assert same_value(right, left)
    assert canonical_json(left) == canonical_json(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (True, 1),
        (False, 0),
        (True, 1.0),
        ([True], [1]),
        ({"a": {"b": [False]}}, {"a": {"b": [0]}}),
        (1, "1"),
        (None, False),
        (None, ""),
        ({}, []),
        ([1, 2], [2, 1]),
        ({"a": None}, {}),
        (1.5, 1),
        ("a", "A"),
        ("é", "e\u0301"),
    ],
)
def test_different_values_are_never_the_same(left: JsonValue, right: JsonValue) -> None:
    assert not same_value(left, right)
    assert not same_value(right, left)
    assert canonical_json(left) != canonical_json(right)


def test_the_canonical_form_sorts_keys_at_every_depth() -> None:
    canonical = canonical_value({"b": [{"z": 1, "a": 2}], "a": {"d": 1, "c": 2}})
    assert isinstance(canonical, dict)
    assert repr(canonical) == "{'a': {'c': 2, 'd': 1}, 'b': [{'a': 2, 'z': 1}]}"


def test_whole_numbers_become_integers_and_others_stay() -> None:
    assert canonical_json([1.0, -0.0, 1.5, True, 1e2]) == "[1,0,1.5,true,100]"


def test_numbers_that_json_lacks_do_not_fail() -> None:
    assert canonical_value(math.inf) == math.inf
    assert math.isnan(float(str(canonical_value(math.nan))))


def test_the_form_keeps_text_readable() -> None:
    assert canonical_json({"é": "😀"}) == '{"é":"😀"}'


def test_the_value_given_is_left_alone() -> None:
    value: JsonValue = {"b": 1.0, "a": [2.0]}
    canonical_value(value)
    assert repr(value) == "{'b': 1.0, 'a': [2.0]}"


@given(json_values)
def test_the_canonical_form_is_idempotent(value: JsonValue) -> None:
    once = canonical_value(value)
    assert repr(canonical_value(once)) == repr(once)


@given(json_objects, st.randoms(use_true_random=False))
def test_key_order_has_no_meaning(value: dict[str, JsonValue], random: object) -> None:
    items = list(value.items())
    random.shuffle(items)  # type: ignore[attr-defined]
    assert same_value(value, dict(items))
    assert canonical_json(value) == canonical_json(dict(items))


@given(st.lists(json_values | st.sampled_from([True, 1, 1.0, 0, False, -0.0]), min_size=3, max_size=3))
def test_same_value_is_an_equivalence_and_agrees_with_the_form(values: list[JsonValue]) -> None:
    a, b, c = values
    assert same_value(a, a)
    assert same_value(a, b) == same_value(b, a) == (canonical_json(a) == canonical_json(b))
    assert not (same_value(a, b) and same_value(b, c)) or same_value(a, c)
