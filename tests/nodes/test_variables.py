from __future__ import annotations

from collections.abc import Callable

import pytest

from reconciler.diagnostics import Code
from reconciler.nodes import Parsed, parse_yaml
from reconciler.values import JsonValue


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("${NAME}", "Ada"),
        ("${COUNT}", 7),
        ("${YES}", True),
        ("${WORDS}", "a: b # c"),
        ("${COUNT:-9}", 7),
        ("${UNSET:-9}", 9),
        ("${UNSET:-}", None),
        ("${UNSET:-null}", None),
        ("${UNSET:-a b}", "a b"),
        ("${UNSET:-1.5}", 1.5),
        ("${EMPTY:-5}", 5),
        ("${EMPTY}", None),
        ("${UNSET:--1}", -1),
        ("${UNSET:-$x}", "$x"),
    ],
)
def test_a_plain_scalar_of_one_reference_keeps_the_type(
    text: str, meaning: JsonValue, value: Callable[[str], JsonValue]
) -> None:
    assert repr(value(f"a: {text}")) == repr({"a": meaning})


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ('"${COUNT}"', "7"),
        ("'${COUNT}'", "7"),
        ("'${EMPTY}'", ""),
        ("!!str ${COUNT}", "7"),
        ("|-\n  ${COUNT}", "7"),
        ("${COUNT}0", "70"),
        ("${COUNT}${COUNT}", "77"),
        ("1${UNSET:-2}", "12"),
        ("Hello ${NAME}, ${COUNT} times", "Hello Ada, 7 times"),
        ("'${UNSET:-}'", ""),
    ],
)
def test_any_other_scalar_with_a_reference_is_a_string(
    text: str, meaning: str, value: Callable[[str], JsonValue]
) -> None:
    assert value(f"a: {text}") == {"a": meaning}


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("$${NAME}", "${NAME}"),
        ("$${", "${"),
        ("$$${NAME}", "$${NAME}"),
        ("$${COUNT} ${COUNT}", "${COUNT} 7"),
        ("$NAME", "$NAME"),
        ("$$", "$$"),
        ("costs $5", "costs $5"),
        ("$Session{userId}", "$Session{userId}"),
        ("'}${COUNT}{'", "}7{"),
    ],
)
def test_what_is_no_reference_stays(text: str, meaning: str, value: Callable[[str], JsonValue]) -> None:
    assert value(f"a: {text}") == {"a": meaning}


def test_an_explicit_number_tag_reads_the_variable_as_a_number(value: Callable[[str], JsonValue]) -> None:
    assert value("a: !!int '${COUNT}'") == {"a": 7}


def test_a_value_from_the_environment_is_taken_literally() -> None:
    parsed = parse_yaml(b"a: ${A}\nb: '${A}'", "f", {"A": "${B} *x &y"})
    assert parsed.documents[0].data == {"a": "${B} *x &y", "b": "${B} *x &y"}


@pytest.mark.parametrize("text", ["${UNSET}", "'${UNSET}'", "x ${UNSET} y", "|\n    x\n    ${UNSET}"])
def test_an_unset_variable_is_one_error_at_its_scalar(text: str, parse: Callable[[str], Parsed]) -> None:
    (problem,) = parse(f"a: 1\nb:\n  c: {text}").diagnostics
    assert (problem.code, str(problem.location)) == (Code.VARIABLE_UNSET, "f.yaml:3:6")
    assert problem.detail == "`UNSET` is not set."
    assert problem.hint == "Set it, or give a default: `${UNSET:-…}`."


def test_all_unset_variables_are_named(parse: Callable[[str], Parsed]) -> None:
    details = [each.detail for each in parse("- ${ONE}\n- ${NAME}\n- ${TWO}").diagnostics]
    assert details == ["`ONE` is not set.", "`TWO` is not set."]


@pytest.mark.parametrize("text", ["${", "${}", "${NAME", "${1A}", "${NA-ME}", "${NAME-x}", "${ NAME }", "x ${NAME:x}"])
def test_a_malformed_reference_is_an_error_with_the_way_out(text: str, parse: Callable[[str], Parsed]) -> None:
    (problem,) = parse(f"a: {text}").diagnostics
    assert (problem.code, str(problem.location)) == (Code.VARIABLE_MALFORMED, "f.yaml:1:4")
    assert "`$${`" in problem.hint


def test_a_huge_number_from_the_environment_is_a_problem_too() -> None:
    (problem,) = parse_yaml(b"a: ${A}", "f", {"A": "9" * 5_000}).diagnostics
    assert problem.code is Code.NUMBER_OUT_OF_RANGE
