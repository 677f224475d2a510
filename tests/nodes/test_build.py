from __future__ import annotations

from collections.abc import Callable

import pytest

from reconciler.diagnostics import Code
from reconciler.nodes import Parsed
from reconciler.values import JsonValue


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("a: &x {b: 1}\nc: *x", {"a": {"b": 1}, "c": {"b": 1}}),
        ("a: &x 1\nb: [*x, *x]", {"a": 1, "b": [1, 1]}),
        ("a: &x 1\nb: &x 2\nc: *x", {"a": 1, "b": 2, "c": 2}),
        ("&k key: v\nb: *k", {"key": "v", "b": "key"}),
        ("a: &e\nb: *e", {"a": None, "b": None}),
    ],
)
def test_an_alias_stands_for_what_its_anchor_names(
    text: str, meaning: JsonValue, value: Callable[[str], JsonValue]
) -> None:
    assert value(text) == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("b: &b {x: 1, y: 2}\nu: {<<: *b, x: 3}", {"x": 3, "y": 2}),
        ("b: &b {x: 1, y: 2}\nu: {x: 3, <<: *b}", {"x": 3, "y": 2}),
        ("b: [&p {x: 1}, &q {x: 2, y: 2}]\nu: {<<: [*p, *q], z: 3}", {"x": 1, "y": 2, "z": 3}),
        ("b: 0\nu: {<<: {x: 1}}", {"x": 1}),
        ("b: 0\nu: {<<: []}", {}),
        ("b: &b {<<: {x: 1}, y: 2}\nu: {<<: *b}", {"x": 1, "y": 2}),
        ("b: &b {x: {deep: 1}}\nu: {<<: *b, x: {other: 2}}", {"x": {"other": 2}}),
        ("b: 0\nu: {'<<': {x: 1}}", {"<<": {"x": 1}}),
        ("b: 0\nu: {x: <<}", {"x": "<<"}),
    ],
)
def test_merge_keys(text: str, meaning: JsonValue, value: Callable[[str], JsonValue]) -> None:
    read = value(text)
    assert isinstance(read, dict)
    assert read["u"] == meaning


def test_merging_does_not_change_what_is_merged(value: Callable[[str], JsonValue]) -> None:
    assert value("b: &b {x: 1}\nu: {<<: *b, y: 2}\nv: *b") == {"b": {"x": 1}, "u": {"x": 1, "y": 2}, "v": {"x": 1}}


@pytest.mark.parametrize("source", ["1", "text", "[1]", "[{a: 1}, x]", "", "[[{a: 1}]]"])
def test_only_mappings_can_be_merged(source: str, parse: Callable[[str], Parsed]) -> None:
    (problem,) = parse(f"a: 1\nu:\n  <<: {source}\n  b: 2").diagnostics
    assert (problem.code, str(problem.location)) == (Code.YAML_MERGE, "f.yaml:3:3")


def test_a_second_merge_key_is_a_duplicate_that_shows_the_list_form(parse: Callable[[str], Parsed]) -> None:
    parsed = parse("b: &b {x: 1}\nc: &c {y: 1}\nu:\n  <<: *b\n  <<: *c\n")
    (problem,) = parsed.diagnostics
    assert (problem.code, str(problem.location), str(problem.related)) == (
        Code.DUPLICATE_KEY,
        "f.yaml:5:3",
        "f.yaml:4:3",
    )
    assert "<<: [" in problem.hint


def test_a_duplicate_key_shows_both_places_and_the_first_counts(parse: Callable[[str], Parsed]) -> None:
    parsed = parse("a: 1\nb:\n  c: 1\n  c: {d: 2}\na: 3\n'a': 4\n")
    assert parsed.documents[0].data == {"a": 1, "b": {"c": 1}}
    assert [(each.code, str(each.location), str(each.related)) for each in parsed.diagnostics] == [
        (Code.DUPLICATE_KEY, "f.yaml:4:3", "f.yaml:3:3"),
        (Code.DUPLICATE_KEY, "f.yaml:5:1", "f.yaml:1:1"),
        (Code.DUPLICATE_KEY, "f.yaml:6:1", "f.yaml:1:1"),
    ]
    assert parsed.diagnostics[1].detail == "`a` stands in this mapping already, in line 1."
    assert parsed.diagnostics[1].hint == "Remove one of the two."


def test_the_same_key_in_another_mapping_or_document_is_no_duplicate(parse: Callable[[str], Parsed]) -> None:
    assert not parse("a: {a: {a: 1}}\nb: [{a: 1}, {a: 2}]\n---\na: 1\n").diagnostics


@pytest.mark.parametrize(
    ("key", "kind"), [("1", "a number"), ("1.5", "a number"), ("true", "a boolean"), ("null", "null"), ("~", "null")]
)
def test_a_plain_key_that_is_no_string_is_a_problem(key: str, kind: str, parse: Callable[[str], Parsed]) -> None:
    (problem,) = parse(f"a:\n  {key}: x").diagnostics
    assert (problem.code, str(problem.location)) == (Code.KEY_NOT_STRING, "f.yaml:2:3")
    assert problem.detail == f"The key `{key}` is read as {kind}."
    assert problem.hint == "Put quotes around it."


@pytest.mark.parametrize("key", ["'1'", '"true"', "yes", "2024-01-01", "$ref", "${NAME}"])
def test_other_keys_are_strings_as_they_are(key: str, value: Callable[[str], JsonValue]) -> None:
    assert value(f"{key}: x") == {key.strip("'\""): "x"}


@pytest.mark.parametrize("key", ["? [a, b]\n: x", "? {a: b}\n: x", "[a]: x", "? - a\n: - b"])
def test_a_collection_as_a_key_is_one_problem_and_the_rest_is_read(key: str, parse: Callable[[str], Parsed]) -> None:
    parsed = parse(f"{key}\nc: 1\n")
    assert [each.code for each in parsed.diagnostics] == [Code.KEY_NOT_STRING]
    assert parsed.documents[0].data == {"c": 1}


def test_an_alias_as_a_key_is_a_problem(parse: Callable[[str], Parsed]) -> None:
    (problem,) = parse("a: &x b\n*x : 1\nc: 2\n").diagnostics
    assert (problem.code, str(problem.location)) == (Code.KEY_NOT_STRING, "f.yaml:2:1")


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        ("a: *gone", "1:4", "names no anchor above it"),
        ("a: *late\nb: &late 1", "1:4", "names no anchor above it"),
        ("a: &x 1\n---\nb: *x", "3:4", "names no anchor above it"),
        ("a: &x [*x]", "1:8", "stands inside the value that it names"),
        ("&x a: &y {b: {c: *y}}", "1:18", "stands inside the value that it names"),
        ("u: {<<: *gone, a: 1}", "1:9", "names no anchor above it"),
    ],
)
def test_an_alias_without_a_value_is_one_problem(
    text: str, place: str, why: str, parse: Callable[[str], Parsed]
) -> None:
    (problem,) = parse(text).diagnostics
    assert (problem.code, str(problem.location)) == (Code.YAML_ALIAS, f"f.yaml:{place}")
    assert why in problem.detail


@pytest.mark.parametrize(
    ("text", "meanings"),
    [
        ("", []),
        ("# only a comment\n", []),
        ("---\n", [None]),
        ("---\n---\n", [None, None]),
        ("a: 1\n---\n# c\n", [{"a": 1}, None]),
        ("a: 1\n...\n---\nb: 2\n...\n", [{"a": 1}, {"b": 2}]),
        ("%YAML 1.1\n---\na: yes\n", [{"a": "yes"}]),
        ("- 1\n- [2, {a: 3}]\n", [[1, [2, {"a": 3}]]]),
        ("{}", [{}]),
        ("\ufeffa: 1", [{"a": 1}]),
        ("a: 1\r\nb:\r\n  - 2\r\n", [{"a": 1, "b": [2]}]),
    ],
)
def test_a_file_is_a_row_of_documents(text: str, meanings: list[JsonValue], parse: Callable[[str], Parsed]) -> None:
    parsed = parse(text)
    assert not parsed.diagnostics
    assert [document.data for document in parsed.documents] == meanings
