from __future__ import annotations

from collections.abc import Callable

import pytest

from reconciler.diagnostics import Code, Problem

Problems = Callable[..., list[Problem]]


@pytest.mark.parametrize(
    ("selector", "hint"),
    [
        ("userId", "Did you mean `$Session{userId}`?"),
        ("{userId}", "Did you mean `$Session{userId}`?"),
        ("$Session.userId", "Did you mean `$Session{userId}`?"),
        ("$Session[userId]", "Did you mean `$Session{userId}`?"),
        ("$Session(userId)", "Did you mean `$Session{userId}`?"),
        ("$session{userId}", "Did you mean `$Session{userId}`?"),
        ("Session{userId}", "Did you mean `$Session{userId}`?"),
        ("$Session{userId} ", "Did you mean `$Session{userId}`?"),
        ("$Session{userId", "Did you mean `$Session{userId}`?"),
        ("$Session{details.email", "Did you mean `$Session{details}{email}`?"),
        ("details.email", "Did you mean `$Session{details}{email}`?"),
        ("$Session{details}.email", "Did you mean `$Session{details}{email}`?"),
        ("$Session", ""),
        ("$Session{}", ""),
        ("{{}}", ""),
        ("", ""),
    ],
)
def test_a_wrong_form_suggests_the_right_one(selector: str, hint: str, problems: Problems) -> None:
    (problem,) = problems(selector=selector)
    assert (problem.code, problem.path, problem.hint) == (Code.SELECTOR_FORM, ("selector",), hint)


@pytest.mark.parametrize(
    ("selector", "hint"),
    [
        ("$Session{userID}", "Did you mean `$Session{userId}`?"),
        ("$Session{details}{emial}", "Did you mean `$Session{details}{email}`?"),
        ("$Session{userId}{x}", "Did you mean `$Session{userId}`?"),
        ("$Session{roles}{0}", "Did you mean"),
        ("$Session{details.email}", "Did you mean `$Session{details}{email}`?"),
    ],
)
def test_a_selector_that_leads_nowhere_names_the_likely_one(selector: str, hint: str, problems: Problems) -> None:
    (problem,) = problems(selector=selector)
    assert (problem.code, problem.path) == (Code.SELECTOR_UNRESOLVED, ("selector",))
    assert problem.detail == f"`{selector}` leads to nothing in the schema."
    assert problem.hint.startswith(hint)


def test_a_selector_like_no_other_lists_those_that_exist(problems: Problems) -> None:
    (problem,) = problems(selector="$Session{zzzzzzzzzzzzzzzzzzzzzz}", schema={"a": 1, "b": {"c": 2}, "d": []})
    assert problem.hint == "Possible: `$Session{a}`, `$Session{b}{c}`."


def test_a_long_list_of_selectors_is_cut(problems: Problems) -> None:
    (problem,) = problems(selector="$Session{zzzzzzzzzzzzzzzzzzzzzz}", schema={f"k{index}": 1 for index in range(9)})
    assert (
        problem.hint == "Possible: `$Session{k0}`, `$Session{k1}`, `$Session{k2}`, `$Session{k3}`, `$Session{k4}`, …."
    )


def test_a_schema_without_plain_values_says_so(problems: Problems) -> None:
    (problem,) = problems(selector="$Session{a}", schema={"b": [], "c": None})
    assert problem.hint == "The schema has no string, number or boolean that a selector could pick."


@pytest.mark.parametrize(
    ("selector", "kind"),
    [("$Session{details}", "an object"), ("$Session{roles}", "an array"), ("$Session{gone}", "null")],
)
def test_a_selector_has_to_lead_to_a_plain_value(selector: str, kind: str, problems: Problems) -> None:
    schema = {"userId": "x", "details": {"email": "y"}, "roles": ["a"], "gone": None}
    (problem,) = problems(selector=selector, schema=schema)
    assert (problem.code, problem.path) == (Code.SELECTOR_NOT_PRIMITIVE, ("selector",))
    assert f"leads to {kind}; it must be a string, number or boolean." in problem.detail
    assert problem.hint


def test_without_a_usable_schema_the_selector_is_not_judged(problems: Problems) -> None:
    assert [each.path for each in problems(selector="$Session{x}", schema=[])] == [("schema",)]
    assert [each.path for each in problems(selector="$Session{x}", schema={})] == [("schema",)]
