"""No input gives anything but documents and problems that point into the text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.diagnostics import Code
from reconciler.nodes import Document, Parsed, parse_yaml, value_location
from reconciler.nodes.document import DEPTH_MAX, VALUES_MAX
from reconciler.values import JsonValue, canonical_json
from tests.strategies import as_yaml, json_values

VALID = """\
# Shop
name: "User"
tag: &tag user
schema: {userId: u1, roles: [a, 'b'], more: {<<: &m {x: 1}, y: *tag}}
selector: $Session{userId}
expiry: ${E:-7}
period: days
---
text: |
  block
other: >-
  folded
"""
LINE_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")


def checked(content: bytes) -> Parsed:
    """Parse, and hold what every result must have."""
    parsed = parse_yaml(content, "f", {"E": "1"})
    lines = LINE_BREAK.split(parsed.text)
    for problem in parsed.diagnostics:
        assert problem.location
        assert problem.detail.endswith(".")
        if problem.code is not Code.NOT_UTF8:
            assert 1 <= problem.location.line <= len(lines)
            assert 1 <= problem.location.column <= len(lines[problem.location.line - 1]) + 1
    for document in parsed.documents:
        canonical_json(document.data)
        assert_placed(document, lines)
    return parsed


def assert_placed(document: Document, lines: list[str]) -> None:
    for key in document.data if isinstance(document.data, dict) else ():
        location = value_location(document.marks, (key,))
        assert location
        assert 1 <= location.line <= len(lines) + 1  # the empty value of a final `?` stands behind the end


@given(st.binary(max_size=200) | st.binary(max_size=50).map(lambda tail: b"\xef\xbb\xbf" + tail))
def test_any_bytes(content: bytes) -> None:
    checked(content)


@settings(max_examples=150)
@given(st.text(max_size=100) | st.text("ab01:-?[]{}#&*!|>'\"%@`,$~<.= \t\r\n\x85\u2028\ufeff\0", max_size=60))
def test_any_text(text: str) -> None:
    checked(text.encode())


@settings(max_examples=150)
@given(st.data())
def test_any_mutation_of_a_manifest(data: st.DataObject) -> None:
    text = VALID
    for _ in range(data.draw(st.integers(1, 4))):
        begin = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(begin, min(len(text), begin + 6)))
        text = text[:begin] + data.draw(st.text("ab1:-?[]{}#&*!|>'\"%$~<, \t\r\n\0", max_size=3)) + text[end:]
    checked(text.encode())


@given(json_values)
def test_what_is_dumped_is_read_back(value: JsonValue) -> None:
    parsed = checked(as_yaml(value).encode())
    assert not parsed.diagnostics
    assert canonical_json(parsed.documents[0].data) == canonical_json(value)


@pytest.mark.parametrize(
    "content",
    [b"[" * 100_000, b"{a: " * 100_000, b"- " * 100_000, b"[" * 100_000 + b"]" * 100_000, b"a: &x [*x, " * 50_000],
    ids=["brackets", "mappings", "dashes", "closed", "anchors"],
)
def test_nesting_without_end_stops_the_reading(content: bytes) -> None:
    parsed = checked(content)
    assert parsed.diagnostics[-1].code is Code.YAML_TOO_DEEP
    assert not parsed.documents


def test_nesting_up_to_the_limit_is_read() -> None:
    assert not checked(b"[" * DEPTH_MAX + b"]" * DEPTH_MAX).diagnostics
    (problem,) = checked(b"a: 1\n--- \n" + b"[" * (DEPTH_MAX + 1) + b"]" * (DEPTH_MAX + 1)).diagnostics
    assert (problem.code, str(problem.location)) == (Code.YAML_TOO_DEEP, f"f:3:{DEPTH_MAX + 1}")


def test_complex_keys_without_end_stop_the_reading() -> None:
    assert checked(b"? " * 100_000).diagnostics[-1].code is Code.YAML_TOO_DEEP


@pytest.mark.parametrize("merge", [False, True])
def test_a_billion_laughs_stop_the_reading(merge: bool) -> None:
    level = "{}: &{} {{<<: [{}]}}" if merge else "{}: &{} [{}]"
    lines = ["a: &a {x: 1, y: 2, z: 3}"]
    lines += [
        level.format(this, this, ", ".join([f"*{below}"] * 9))
        for below, this in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    parsed = checked("\n".join(lines).encode())
    assert [each.code for each in parsed.diagnostics] == [Code.YAML_TOO_BIG]
    assert not parsed.documents


def test_values_up_to_the_limit_are_read() -> None:
    assert not checked(("- 1\n" * (VALUES_MAX - 3)).encode()).diagnostics
    (problem,) = checked(("- 1\n" * (VALUES_MAX + 1)).encode()).diagnostics
    assert problem.code is Code.YAML_TOO_BIG
    assert f"{VALUES_MAX:,}" in problem.detail


def test_the_file_is_not_read_on_after_a_refusal() -> None:
    parsed = checked(b"a: 1\n---\n" + b"[" * 100 + b"\n---\nb: [\n")
    assert [each.code for each in parsed.diagnostics] == [Code.YAML_TOO_DEEP]
    assert [document.data for document in parsed.documents] == [{"a": 1}]
