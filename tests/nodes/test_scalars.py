from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from reconciler.diagnostics import Code
from reconciler.nodes import Parsed
from reconciler.values import JsonValue

TYPED: list[tuple[str, JsonValue]] = [
    ("", None),
    ("~", None),
    ("null", None),
    ("Null", None),
    ("NULL", None),
    ("true", True),
    ("True", True),
    ("TRUE", True),
    ("false", False),
    ("False", False),
    ("FALSE", False),
    ("0", 0),
    ("-0", 0),
    ("+12", 12),
    ("-7", -7),
    ("010", 10),
    ("0o17", 15),
    ("0x1F", 31),
    ("0xff", 255),
    ("1e3", 1000.0),
    ("1E-2", 0.01),
    ("+1.5", 1.5),
    (".5", 0.5),
    ("5.", 5.0),
    ("-0.0", -0.0),
    ("6.02e+23", 6.02e23),
    (".inf", math.inf),
    (".Inf", math.inf),
    ("+.INF", math.inf),
    ("-.inf", -math.inf),
]
STRINGS = ["yes", "no", "on", "off", "y", "n", "Yes", "NO", "nULL", "tRUE", "none", "None", "nil"]
STRINGS += ["1:30", "190:20:30", "2024-01-01", "2024-01-01T10:00:00Z", "1_000", "0b101", "0o8", "0xG", "-0x1F", "+0o7"]
STRINGS += ["1e", "e3", ".", "..", "+", "-.", "1.2.3", "1,000", "0x", "0o", "inf", "nan", "-.nan", "1 000", "=", "--1"]


@pytest.mark.parametrize(("text", "meaning"), TYPED)
def test_a_plain_scalar_means_what_the_core_schema_says(
    text: str, meaning: JsonValue, value: Callable[[str], JsonValue]
) -> None:
    read = value(f"a: {text}\n")
    assert repr(read) == repr({"a": meaning})


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN"])
def test_not_a_number_is_read_as_such(text: str, value: Callable[[str], JsonValue]) -> None:
    read = value(f"- {text}")
    assert isinstance(read, list)
    assert isinstance(read[0], float)
    assert math.isnan(read[0])


@pytest.mark.parametrize("text", STRINGS)
def test_what_only_yaml_1_1_gives_another_type_is_a_string(text: str, value: Callable[[str], JsonValue]) -> None:
    assert value(f"a: {text}\n") == {"a": text}


@pytest.mark.parametrize("quote", ["'", '"'])
@pytest.mark.parametrize("text", [text for text, _ in TYPED if text] + [".nan"])
def test_a_quoted_scalar_is_a_string(text: str, quote: str, value: Callable[[str], JsonValue]) -> None:
    assert value(f"a: {quote}{text}{quote}") == {"a": text}


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("!!str 12", "12"),
        ("!!str", ""),
        ("! 12", "12"),
        ("!!int '3'", 3),
        ("!!float 3", 3),
        ("!!float 1.5", 1.5),
        ("!!bool 'true'", True),
        ("!!null ''", None),
        ("!!map {b: 1}", {"b": 1}),
        ("!!seq [1]", [1]),
    ],
)
def test_a_tag_of_the_core_schema_decides(text: str, meaning: JsonValue, value: Callable[[str], JsonValue]) -> None:
    assert repr(value(f"a: {text}")) == repr({"a": meaning})


@pytest.mark.parametrize(
    "text",
    [
        "!custom 1",
        "!!int x",
        "!!int 1.5",
        "!!bool yes",
        "!!null x",
        "!!binary aGk=",
        "!!timestamp 2024-01-01",
        "!!set {b}",
        "!!omap []",
        "!!map [1]",
        "!!seq {b: 1}",
        "!!python/object:os.system x",
    ],
)
def test_any_other_tag_is_one_problem_at_the_value(text: str, parse: Callable[[str], Parsed]) -> None:
    (problem,) = parse(f"x: 1\na: {text}").diagnostics
    assert (problem.code, str(problem.location)) == (Code.YAML_TAG, "f.yaml:2:4")
    assert f"`{text.split(maxsplit=1)[0]}`" in problem.detail
    assert problem.hint == "Remove the tag."


def test_a_tagged_key_has_to_be_a_string(parse: Callable[[str], Parsed], value: Callable[[str], JsonValue]) -> None:
    assert value("!!str 1: x") == {"1": "x"}
    assert [each.code for each in parse("!!int 1: x\n!own b: y").diagnostics] == [Code.YAML_TAG] * 2


@pytest.mark.parametrize(
    "digits", ["9" * 5_000, "-" + "9" * 1_000, "0x" + "f" * 999, "1." + "0" * 999, "0o" + "7" * 999]
)
def test_a_number_of_absurd_length_is_a_problem(digits: str, parse: Callable[[str], Parsed]) -> None:
    (problem,) = parse(f"a: {digits}").diagnostics
    assert (problem.code, str(problem.location)) == (Code.NUMBER_OUT_OF_RANGE, "f.yaml:1:4")
    assert problem.hint == "Put quotes around it."


def test_a_long_number_is_read_exactly(value: Callable[[str], JsonValue]) -> None:
    assert value("a: " + "9" * 1_000) == {"a": 10**1_000 - 1}
    assert value("a: '" + "9" * 5_000 + "'") == {"a": "9" * 5_000}


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("|\n  one\n  two\n", "one\ntwo\n"),
        ("|-\n  one\n  two\n", "one\ntwo"),
        ("|+\n  one\n\n", "one\n\n"),
        (">\n  one\n  two\n\n  three\n", "one two\nthree\n"),
        (">-\n  12\n", "12"),
        ("|2\n    indented\n", "  indented\n"),
        ('"tab\\t \\u00e9 \\U0001F600 \\x41 \\\n    joined"', "tab\t é 😀 A joined"),
        ("'it''s'", "it's"),
        ("plain over\n  two lines", "plain over two lines"),
        ("#not", None),
        ("a#b", "a#b"),
    ],
)
def test_block_quoted_and_folded_text(text: str, meaning: JsonValue, value: Callable[[str], JsonValue]) -> None:
    assert value(f"a: {text}") == {"a": meaning}
