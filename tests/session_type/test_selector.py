from __future__ import annotations

import pytest
from hypothesis import given

from reconciler.session_type import Selector, check, selectable_paths
from reconciler.values import JsonObject
from tests.strategies import json_objects


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("$Session{a}", ("a",)),
        ("$Session{a}{b}{c}", ("a", "b", "c")),
        ("$Session{a b}", ("a b",)),
        ("$Session{a.b}{$c}", ("a.b", "$c")),
        ("$Session{é}", ("é",)),
        ("$Session{0}", ("0",)),
    ],
)
def test_a_selector_is_a_path_of_keys_and_back(text: str, path: tuple[str, ...]) -> None:
    selector = Selector.parse(text)
    assert selector == Selector(path)
    assert str(selector) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "$Session",
        "$Session{}",
        "$session{a}",
        "Session{a}",
        "$Session{a",
        "$Session{a}}",
        "$Session{{a}}",
        "$Session{a}{}",
        "$Session{a}.b",
        "$Session {a}",
        " $Session{a}",
        "$Session{a} ",
        "$Session{a}\n",
        "$Session[a]",
    ],
)
def test_any_other_form_is_none(text: str) -> None:
    assert Selector.parse(text) is None


def test_a_selector_picks_what_stands_at_its_path() -> None:
    schema: JsonObject = {"a": {"b": [1], "c": 5}}
    assert Selector(("a", "c")).resolve(schema) == 5
    assert Selector(("a", "b")).resolve(schema) == [1]
    for path in [("x",), ("a", "x"), ("a", "b", "0"), ("a", "c", "d")]:
        with pytest.raises(KeyError):
            Selector(path).resolve(schema)


def test_the_selectable_paths_are_those_of_plain_values_in_order() -> None:
    schema: JsonObject = {
        "id": 1,
        "deep": {"b": True, "a": "x", "none": None, "list": [1], "empty": {}, "deeper": {"f": 1.5}},
        "list": [{"x": 1}],
        "last": "",
        "br{ace": 1,
        "": 1,
    }
    assert [str(each) for each in selectable_paths(schema)] == [
        "$Session{id}",
        "$Session{deep}{b}",
        "$Session{deep}{a}",
        "$Session{deep}{deeper}{f}",
        "$Session{last}",
    ]


@given(json_objects)
def test_every_selectable_path_is_accepted(schema: JsonObject) -> None:
    for selector in selectable_paths(schema):
        assert Selector.parse(str(selector)) == selector
        fields: JsonObject = {
            "name": "n",
            "tag": "t",
            "schema": schema,
            "selector": str(selector),
            "expiry": 1,
            "period": "day",
        }
        assert check(fields).session_type
