from __future__ import annotations

import pytest

from reconciler.values import JsonValue, json_type


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"),
        (True, "boolean"),
        (False, "boolean"),
        (0, "number"),
        (1.5, "number"),
        ("", "string"),
        ("1", "string"),
        ([], "array"),
        ({}, "object"),
    ],
)
def test_every_value_has_the_type_that_json_gives_it(value: JsonValue, name: str) -> None:
    assert json_type(value) == name
