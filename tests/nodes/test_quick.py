"""The quick way and the builder's must not differ, whatever a text holds."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.nodes import Parsed, parse_with_care, parse_yaml, quick_documents
from reconciler.session_type import SessionType
from tests.strategies import session_types

# fmt: off
FRAGMENTS = st.sampled_from([
    "a", "b", "key", ": ", ":", "\n", "\n  ", "\n    ", "- ", "[", "]", "{", "}", ", ", '"', "'", "#", " # x", "&a ",
    "*a", "!!str ", "!x ", "<<", "${A}", "1", "1.0", "0x1F", "0o7", ".5", "1e3", "-", "~", "null", "true", "no", "| ",
    "2024-01-01", "> ", "---\n", "...\n", "?", "\t", "é", "1" * 1001, "? ", "%YAML 1.2\n", "@", "`",
])
# fmt: on


def both(text: str) -> tuple[Parsed, Parsed]:
    content = text.encode()
    return parse_yaml(content, "f.yaml", {}), parse_with_care(text, "f.yaml", {})


def assert_same(text: str) -> None:
    quick, careful = both(text)
    assert repr([each.data for each in quick.documents]) == repr([each.data for each in careful.documents])
    assert [each.location for each in quick.documents] == [each.location for each in careful.documents]
    assert [dict(each.marks) for each in quick.documents] == [dict(each.marks) for each in careful.documents]
    assert (quick.diagnostics, quick.text) == (careful.diagnostics, careful.text)


@given(st.lists(FRAGMENTS, max_size=25).map("".join))
def test_any_text_gives_the_same_either_way(text: str) -> None:
    assert_same(text)


@given(session_types())
def test_any_data_gives_the_same_either_way(session_type: SessionType) -> None:
    assert_same(json.dumps(session_type.to_json(), ensure_ascii=False))


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\na: 2\n",
        "1: a\n",
        "true: a\n",
        "a: &x 1\n",
        "a: !!str 1\n",
        "a: ${B}\n",
        "<<: {a: 1}\n",
        "? [a]\n: b\n",
        "a: [",
        "a: " + "9" * 1001,
        "a: " + "[" * 65 + "]" * 65,
        "a: [" + "1," * 20_001 + "]",
    ],
)
def test_what_needs_care_is_left_to_the_builder(text: str) -> None:
    assert quick_documents(text) is None
    assert_same(text)


def test_what_is_plain_is_not() -> None:
    text = "a: {b: [1, 'x', null]}\n---\n- no\n---\n# nothing\n"
    found = quick_documents(text)
    assert found is not None
    assert [data for data, _, _ in found] == [{"a": {"b": [1, "x", None]}}, ["no"], None]
    assert_same(text)
