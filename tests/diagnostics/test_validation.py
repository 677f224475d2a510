from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reconciler.diagnostics import (
    Code,
    Problem,
    described,
    missing_key,
    nearest_of,
    unknown_key,
    with_article,
    without_twins,
)
from reconciler.diagnostics.models import model_problems
from reconciler.values import JsonValue


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    count: Annotated[int, Field(ge=0, le=9)] = 0
    flag: bool = False


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    registry: Annotated[str, Field(min_length=1)]
    names: list[str] = []
    inner: Inner = Inner()
    others: dict[str, Inner] = {}


def problems_of(data: Any) -> list[Problem]:
    with pytest.raises(ValidationError) as invalid:
        Outer.model_validate(data)
    known = lambda path: (Inner if path else Outer).model_fields  # noqa: E731 - one line says it
    return list(model_problems(invalid.value, known, of="the file", code=Code.PROJECT_VALUE))


def test_an_unknown_key_names_the_likely_one() -> None:
    assert unknown_key(("guard", "max_delet"), ["max_delete", "max_update"], of="a guard") == Problem(
        Code.UNKNOWN_FIELD,
        ("guard", "max_delet"),
        "`max_delet` is not a field of a guard.",
        "Did you mean `max_delete`?",
        at_key=True,
    )


def test_an_unknown_key_like_no_other_lists_what_there_is() -> None:
    assert unknown_key(("zzz",), ["name", "tag"], of="a thing").hint == "Known: name, tag."


def test_a_missing_key_says_what_to_add() -> None:
    problem = missing_key(("a", "tag"))
    assert (problem.code, problem.path, problem.detail) == (
        Code.MISSING_FIELD,
        ("a", "tag"),
        "The field `tag` is required.",
    )
    assert "`tag: …`" in problem.hint


@pytest.mark.parametrize(
    ("written", "nearest"),
    [
        ("expirey", "expiry"),
        ("EXPIRY", "expiry"),
        ("Schema", "schema"),
        ("zzz", None),
        ("", None),
        ("user_id", "userId"),
    ],
)
def test_the_nearest_name_is_found_whatever_its_case(written: str, nearest: str | None) -> None:
    assert nearest_of(written, ["expiry", "schema", "userId"]) == nearest


def test_a_misspelled_key_and_the_missing_one_are_one_mistake() -> None:
    misspelled = unknown_key(("expirey",), ["expiry", "name"], of="a thing")
    elsewhere = missing_key(("inner", "expiry"))
    listed = [missing_key(("expiry",)), misspelled, missing_key(("name",)), elsewhere]
    assert list(without_twins(listed)) == [misspelled, missing_key(("name",)), elsewhere]


@pytest.mark.parametrize(
    ("data", "path", "detail"),
    [
        ({}, ("registry",), "The field `registry` is required."),
        ({"registry": ""}, ("registry",), "`registry` must not be empty."),
        ({"registry": 5}, ("registry",), "`registry` must be a string, not a number."),
        ({"registry": None}, ("registry",), "`registry` must be a string, not null."),
        ({"registry": "x", "names": "y"}, ("names",), "`names` must be a list, not a string."),
        ({"registry": "x", "names": ["y", 1.5]}, ("names", 1), "`names[1]` must be a string, not 1.5."),
        ({"registry": "x", "inner": []}, ("inner",), "`inner` must be a mapping, not an array."),
        ({"registry": "x", "others": 1}, ("others",), "`others` must be a mapping, not a number."),
        (
            {"registry": "x", "inner": {"count": 1.5}},
            ("inner", "count"),
            "`inner.count` must be a whole number, not 1.5.",
        ),
        (
            {"registry": "x", "inner": {"count": True}},
            ("inner", "count"),
            "`inner.count` must be a whole number, not a boolean.",
        ),
        ({"registry": "x", "inner": {"count": -1}}, ("inner", "count"), "`inner.count` must be at least 0."),
        (
            {"registry": "x", "inner": {"flag": "yes"}},
            ("inner", "flag"),
            "`inner.flag` must be `true` or `false`, not a string.",
        ),
        ("text", (), "The file must be a mapping, not a string."),
    ],
)
def test_a_models_finding_reads_as_a_sentence(data: JsonValue, path: tuple[str | int, ...], detail: str) -> None:
    (problem,) = problems_of(data)
    assert (problem.path, problem.detail) == (path, detail)
    assert "Fields" not in problem.detail
    assert "nput" not in problem.detail


def test_a_finding_without_words_of_ours_keeps_the_models() -> None:
    (problem,) = problems_of({"registry": "x", "inner": {"count": 10}})
    assert problem.detail == "`inner.count` is not valid: input should be less than or equal to 9."


def test_a_nested_unknown_key_knows_its_neighbours_and_all_are_found() -> None:
    found = problems_of({"registri": "x", "inner": {"cuont": 1}, "names": 3})
    assert [(each.path, each.hint) for each in found if each.code is Code.UNKNOWN_FIELD] == [
        (("inner", "cuont"), "Did you mean `count`?"),
        (("registri",), "Did you mean `registry`?"),
    ]
    assert len(found) == 3


@pytest.mark.parametrize(
    ("noun", "phrase"), [("null", "null"), ("array", "an array"), ("object", "an object"), ("string", "a string")]
)
def test_a_type_has_its_article(noun: str, phrase: str) -> None:
    assert with_article(noun) == phrase


@pytest.mark.parametrize(("value", "phrase"), [(1.5, "1.5"), (1, "a number"), (True, "a boolean"), ({}, "an object")])
def test_a_value_is_described_so_that_it_differs_from_what_was_expected(value: JsonValue, phrase: str) -> None:
    assert described(value) == phrase
