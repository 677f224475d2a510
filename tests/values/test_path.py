from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.values import JsonValue, Path, format_path, json_pointer, parse_path, value_at
from tests.strategies import paths

SPELLINGS: list[tuple[Path, str]] = [
    (("schema",), "schema"),
    (("schema", "details", "email"), "schema.details.email"),
    (("schema", "roles", 0), "schema.roles[0]"),
    (("schema", "roles", 12, "name"), "schema.roles[12].name"),
    (("schema", "a.b"), 'schema["a.b"]'),
    (("schema", "a b"), 'schema["a b"]'),
    (("schema", 'a"b'), 'schema["a\\"b"]'),
    (("schema", "a\\b"), "schema.a\\b"),
    (("schema", "a]\\"), 'schema["a]\\\\"]'),
    (("schema", ""), 'schema[""]'),
    (("schema", "\n"), 'schema["\\n"]'),
    (("schema", "[0]"), 'schema["[0]"]'),
    (("schema", "0"), "schema.0"),
    (("é", "😀"), "é.😀"),
    (("x.y", "z"), '["x.y"].z'),
    ((0, "a"), "[0].a"),
    (("user-id", "$ref", "a:b"), "user-id.$ref.a:b"),
]


@pytest.mark.parametrize(("path", "spelled"), SPELLINGS)
def test_a_path_has_one_spelling(path: Path, spelled: str) -> None:
    assert format_path(path) == spelled
    assert parse_path(spelled) == path


@given(paths)
def test_parsing_undoes_formatting(path: Path) -> None:
    assert parse_path(format_path(path)) == path


@pytest.mark.parametrize(
    "spelled",
    [
        "",
        ".",
        ".a",
        "a.",
        "a..b",
        "a[",
        "a[]",
        "a[x]",
        "a[-1]",
        "a[0",
        "a]",
        "a b",
        "a[0]b",
        'a["b]',
        "a['b']",
        'a["b"',
        'a["\\x"]',
        'a["\\u12"]',
        " a",
        "a ",
        "a\n",
        "a[٣]",
    ],
)
def test_a_malformed_spelling_is_no_path(spelled: str) -> None:
    assert parse_path(spelled) is None


@given(st.text(max_size=30))
def test_any_text_is_a_path_or_not_but_never_fails(spelled: str) -> None:
    path = parse_path(spelled)
    assert path is None or parse_path(format_path(path)) == path


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ((), ""),
        (("schema", "roles", 0), "/schema/roles/0"),
        (("a/b", "c~d"), "/a~1b/c~0d"),
        (("~1",), "/~01"),
        (("",), "/"),
        (("é x",), "/é x"),
    ],
)
def test_a_json_pointer_escapes_as_rfc_6901_says(path: Path, pointer: str) -> None:
    assert json_pointer(path) == pointer


def test_a_value_is_found_at_its_path() -> None:
    value: JsonValue = {"a": [{"b": None}, 2], "": 3}
    assert value_at(value, ()) == value
    assert value_at(value, ("a", 1)) == 2
    assert value_at(value, ("a", 0, "b")) is None
    assert value_at(value, ("",)) == 3


@pytest.mark.parametrize("path", [("x",), ("a", 2), ("a", "0"), ("a", 0, "b", "c"), (0,), ("s", 0)])
def test_a_path_that_leads_nowhere_is_a_key_error(path: Path) -> None:
    with pytest.raises(KeyError):
        value_at({"a": [{"b": None}, 2], "s": "text"}, path)
