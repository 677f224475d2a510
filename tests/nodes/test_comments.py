from __future__ import annotations

import pytest
from hypothesis import given

from reconciler.nodes import comments
from reconciler.session_type import SessionType
from tests.strategies import as_yaml, session_types

TRICKY = """\
# first
a: 1 # one
b: "x # no" # two
c: 'it''s # no'   # three
d: x#no
e: |  # four
  # no
  text # no
# five
f: >-
  # no

  text # no

g: "over
  # no
  lines" # six
h: plain
  over lines # seven
  # eight
i: [1, # nine
  {b: "#no"},  2 ]
"# no": "#" # ten
j: https://example.com/#no
k: # eleven
  value\t# twelve
--- # thirteen
l: é日本😀 # fourteen
... # fifteen
"""
NUMBERS = (
    "first",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
)


def test_comments_are_found_and_nothing_else_is() -> None:
    text = TRICKY
    found = comments(text)
    assert [each.text for each in found] == [f"# {number}" for number in NUMBERS]
    lines = text.split("\n")
    for each in found:
        assert lines[each.line - 1][each.column - 1 :] == each.text
        assert each.alone == lines[each.line - 1].lstrip().startswith("#")


@pytest.mark.parametrize("line_break", ["\r\n", "\r", "\n"])
def test_every_line_break_counts_as_the_parser_counts_it(line_break: str) -> None:
    (found,) = comments(line_break.join(["a: 1", "b: '# no'", "c: 2 # yes", ""]))
    assert (found.line, found.column, found.text, found.alone) == (3, 6, "# yes", False)


@pytest.mark.parametrize("text", ["a: [1 # no\n", "a: 'x # no\n", "\x00# no", "%YAML # no\n"])
def test_a_text_that_is_no_yaml_has_no_comments(text: str) -> None:
    assert comments(text) == ()


def test_a_text_of_comments_only_has_them() -> None:
    assert [each.text for each in comments("# a\n  # b\n")] == ["# a", "# b"]


@given(session_type=session_types())
def test_no_value_is_taken_for_a_comment(session_type: SessionType) -> None:
    assert comments(as_yaml(session_type.to_json())) == ()
