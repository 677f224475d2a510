from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from reconciler.manifests import manifest_json_schema
from reconciler.session_type import FIELDS, Period, check
from reconciler.values import JsonObject

VALID: JsonObject = {
    "name": "User",
    "tag": "user",
    "schema": {"userId": "user_123", "details": {"email": "x"}},
    "selector": "$Session{userId}",
    "expiry": 7,
    "period": "days",
}


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    return Draft202012Validator(manifest_json_schema())


def test_it_is_a_valid_schema_of_the_dialect_that_it_names() -> None:
    schema = manifest_json_schema()
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "Session type manifest"


def test_it_documents_every_field_and_nothing_else() -> None:
    properties = manifest_json_schema()["properties"]
    assert list(properties) == [*FIELDS, "lifecycle"]
    assert all(properties[field]["description"] for field in [*FIELDS, "lifecycle"])
    assert set(manifest_json_schema()["required"]) == set(FIELDS) - {"description"}


@pytest.mark.parametrize("period", [*Period.spellings(), "Days", "fortnight"])
def test_periods_are_those_that_are_read(period: str, validator: Draft202012Validator) -> None:
    assert validator.is_valid({**VALID, "period": period}) == (Period.read(period) is not None)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"description": "x"},
        {"description": None},
        {"name": ""},
        {"name": "x" * 200},
        {"name": "x" * 201},
        {"name": "😀" * 200},
        {"name": 5},
        {"tag": "A.b_c-9"},
        {"tag": "a" * 128},
        {"tag": "a" * 129},
        {"tag": "a:b"},
        {"tag": "-a"},
        {"tag": ""},
        {"schema": {}},
        {"schema": []},
        {"schema": None},
        {"schema": {"userId": 1, "x": [1, None, {"y": True}]}},
        {"selector": "$Session{details}{email}"},
        {"selector": "userId"},
        {"selector": "$Session{}"},
        {"expiry": 0},
        {"expiry": -1},
        {"expiry": 1},
        {"expiry": 2**31 - 1},
        {"expiry": 2**31},
        {"expiry": "7"},
        {"expiry": 1.5},
        {"expiry": 7.0},
        {"expiry": True},
        {"expiry": None},
        {"period": "Days"},
        {"period": "mins"},
        {"nmae": "x"},
        *({"-": field} for field in FIELDS),
    ],
)
def test_editor_and_check_accept_and_refuse_the_same(changed: dict[str, Any], validator: Draft202012Validator) -> None:
    fields = {**VALID, **changed}
    if left_out := fields.pop("-", None):
        fields.pop(left_out, None)
    assert validator.is_valid(fields) == (check(fields).session_type is not None)


@pytest.mark.parametrize(
    ("lifecycle", "valid"),
    [
        ({}, True),
        ({"prevent_destroy": True, "ignore_changes": ["description"], "sensitive": ["schema.userId"]}, True),
        ({"prevent_destroy": "yes"}, False),
        ({"ignore_changes": "description"}, False),
        ({"sensitive": [1]}, False),
        ({"sensitiv": []}, False),
        (None, False),
    ],
)
def test_the_lifecycle_is_part_of_it(lifecycle: object, valid: bool, validator: Draft202012Validator) -> None:
    assert validator.is_valid({**VALID, "lifecycle": lifecycle}) is valid
