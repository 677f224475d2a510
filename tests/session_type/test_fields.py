"""The model that documents the fields, and `check`, which does without it, must agree."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from reconciler.diagnostics import Code
from reconciler.session_type import FIELDS, check
from reconciler.session_type.fields import SessionTypeFields

# What spans fields, or stands inside the schema, is no business of the model.
OF_FORM = {
    *(Code.UNKNOWN_FIELD, Code.MISSING_FIELD, Code.NAME_LENGTH, Code.TAG_FORM, Code.SELECTOR_FORM),
    *(Code.EXPIRY_RANGE, Code.SCHEMA_EMPTY, Code.WRONG_TYPE),
}
GOOD: dict[str, Any] = {
    "name": "A",
    "tag": "a",
    "description": "",
    "schema": {"id": "u_1"},
    "selector": "$Session{id}",
    "expiry": 7,
    "period": "days",
}
VALUES = st.one_of(
    st.sampled_from([None, True, 0, 1, 7, 7.5, 2**31 - 1, 2**31, -1, "", "a", "a\n", "a:b", "x" * 200, "x" * 201]),
    st.sampled_from(
        ["$Session{id}", "$Session{id}\n", "$Session{}", "$Session{a}{b}", "days", "-a", "a" * 128, "a" * 129]
    ),
    st.sampled_from([{}, {"id": 1}, [], ["a"]]),
)


def model_finds(fields: dict[str, Any]) -> set[str]:
    try:
        SessionTypeFields.model_validate(fields)
    except ValidationError as invalid:
        return {str(error["loc"][0]) for error in invalid.errors()}
    return set()


@given(
    changed=st.dictionaries(st.sampled_from([*FIELDS, "zzz", "qqq"]), VALUES, max_size=4),
    gone=st.sets(st.sampled_from(FIELDS), max_size=2),
)
def test_both_find_the_same_fields_malformed(changed: dict[str, Any], gone: set[str]) -> None:
    fields = {key: value for key, value in {**GOOD, **changed}.items() if key not in gone}
    found = {str(each.path[0]) for each in check(fields).problems if each.code in OF_FORM and len(each.path) == 1}
    assert found == model_finds(fields)
