from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.diagnostics import Code
from reconciler.manifests import canonical_layout
from reconciler.nodes import parse_yaml
from reconciler.values import JsonValue, canonical_json
from tests.strategies import as_yaml, json_values, session_types

UNTIDY = """\
# Shop


# the user
name:    "User"     # shown
tag: 'user'
schema:
    # who
    userId: user_123
    roles:
    - admin   # first
    -  editor
    flow: {a: 1,b: [x,  y]}
    hex: 0x1F
    day: 2024-01-01
    under: 1_000
    octal: 010
    none:
    tilde: ~
    text: |
        one # no comment
          two
    folded: >-
        three
        four
    base: &base {k: 1}
    use:
        <<: *base
        again: *base
selector:   $Session{userId}
expiry: ${DAYS:-7}
period: day # as long
# the end
"""
TIDY = """\
# Shop


# the user
name: "User"        # shown
tag: 'user'
schema:
    # who
  userId: user_123
  roles:
    - admin   # first
    - editor
  flow: {a: 1, b: [x, y]}
  hex: 0x1F
  day: 2024-01-01
  under: 1_000
  octal: 010
  none:
  tilde: ~
  text: |
    one # no comment
      two
  folded: >-
    three
    four
  base: &base {k: 1}
  use:
    <<: *base
    again: *base
selector: $Session{userId}
expiry: ${DAYS:-7}
period: days # as long
# the end
"""


def laid(text: str) -> str:
    layout = canonical_layout(text.encode(), "f.yaml")
    assert isinstance(layout, str), layout
    return layout


def contents(text: str) -> list[str]:
    parsed = parse_yaml(text.encode(), "f", {"DAYS": "1"})
    assert not parsed.diagnostics
    return [canonical_json(document.data) for document in parsed.documents if document.data is not None]


def test_layout_changes_white_space_and_the_period_and_nothing_else() -> None:
    assert laid(UNTIDY) == TIDY
    assert laid(TIDY) == TIDY
    assert contents(TIDY) == contents(UNTIDY.replace("day #", "days #"))


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_lines_end_in_one_way(newline: str) -> None:
    assert laid(UNTIDY.replace("\n", newline)) == TIDY


def test_a_byte_order_mark_is_dropped() -> None:
    assert laid("\ufeffa:  1\n") == "a: 1\n"


@pytest.mark.parametrize("text", ["# only\n\n  # comments\n", "", "\n\n", "---\n", "# a\r\n"])
def test_a_file_without_data_stays_as_it_is(text: str) -> None:
    assert laid(text) == text


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("period: day", "period: days"),
        ("period: mins", "period: minutes"),
        ("period: 'sec'", "period: 'seconds'"),
        ('period: "week"  # c', 'period: "weeks" # c'),
        ("period: months", "period: months"),
        ("period: fortnight", "period: fortnight"),
        ("period: ${P:-day}", "period: ${P:-day}"),
        ("schema: {period: day}", "schema: {period: day}"),
        ("period: [day]", "period: [day]"),
    ],
)
def test_only_a_period_at_the_top_is_folded(written: str, folded: str) -> None:
    assert laid(f"name: x\n{written}\n") == f"name: x\n{folded}\n"


@pytest.mark.parametrize(
    ("written", "tidy"),
    [
        ("a: 1\n---\nb: 2\n", "a: 1\n---\nb: 2\n"),
        ("a: 1\n--- # c\nb: 2\n", "a: 1\n---\n    # c\nb: 2\n"),
        ("---\na: 1\n", "a: 1\n"),
        ("a: 1\n---\n", "a: 1\n"),
        ("---\n---\na: 1\n", "a: 1\n"),
        ("a: 1\n...\n", "a: 1\n"),
        ("# head\n---\na:  1\n", "# head\n---\na: 1\n"),
        ("\n# one\n# two\n\n---\na: 1\n---\nb: 2\n", "# one\n# two\n---\na: 1\n---\nb: 2\n"),
        ("# head\r\n---\r\na: 1\r\n", "# head\n---\na: 1\n"),
        ("# head\na: 1\n# between\n---\n# before\nb: 2\n", "# head\na: 1\n# between\n---\n# before\nb: 2\n"),
        ("---\n\n\n# c\na: 1\n", "# c\na: 1\n"),
        ("\n\n# c\n\na: 1\n", "# c\n\na: 1\n"),
        ("a: 1", "a: 1\n"),
        ("a: 1\n\n\n", "a: 1\n"),
    ],
)
def test_documents_keep_their_comments(written: str, tidy: str) -> None:
    assert laid(written) == tidy
    assert laid(tidy) == tidy


def test_long_lines_are_not_folded() -> None:
    text = "a: " + "word " * 200 + "end\nb: [" + ", ".join(map(str, range(300))) + "]\n"
    assert laid(text) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: [", Code.YAML_SYNTAX),
        ("a: 1\na: 2\n", Code.DUPLICATE_KEY),
        ("a: ${", Code.VARIABLE_MALFORMED),
        ("<<: {a: 1}\n<<: {b: 1}\n", Code.DUPLICATE_KEY),
        ("a: !own x", Code.YAML_TAG),
    ],
)
def test_what_is_no_valid_yaml_has_no_layout_but_reasons(text: str, code: Code) -> None:
    layout = canonical_layout(text.encode(), "f.yaml")
    assert not isinstance(layout, str)
    assert [each.code for each in layout] == [code]
    assert layout[0].location


@pytest.mark.parametrize(
    "text", ["a: [1, # lost\n  2]\n", "a: 1\n---\n# todo\n", "a: !!float 0x1F\n"], ids=["flow", "document", "float"]
)
def test_what_would_be_lost_is_left_to_the_author(text: str) -> None:
    layout = canonical_layout(text.encode(), "f.yaml")
    assert not isinstance(layout, str)
    (problem,) = layout
    assert (problem.code, str(problem.location)) == (Code.LAYOUT_IMPOSSIBLE, "f.yaml:1:1")
    assert problem.detail.endswith("so the file stays as it is.")
    assert problem.hint


def test_variables_need_not_be_set() -> None:
    assert laid("a:  ${UNSET}\nb:  'x ${OTHER}'\n") == "a: ${UNSET}\nb: 'x ${OTHER}'\n"


def assert_settled(text: str) -> None:
    """Hold what every layout must: it stays, nothing is lost, and where there is none there is a reason."""
    layout = canonical_layout(text.encode(), "f")
    if isinstance(layout, str):
        assert canonical_layout(layout.encode(), "f") == layout
        before, after = parse_yaml(text.encode(), "f", {"E": "1"}), parse_yaml(layout.encode(), "f", {"E": "1"})
        assert not after.diagnostics or before.diagnostics
    else:
        assert layout


@given(json_values)
def test_the_layout_of_dumped_data_is_settled_and_means_the_same(value: JsonValue) -> None:
    text = as_yaml({"period": "x", "data": value})
    layout = laid(text)
    assert laid(layout) == layout
    assert contents(layout) == contents(text)


@given(session_types())
def test_the_layout_of_a_session_type_means_the_same(session_type: object) -> None:
    text = as_yaml(session_type.to_json())  # type: ignore[attr-defined]
    assert contents(laid(text)) == contents(text)
    assert_settled(text)


@settings(max_examples=100)
@given(st.data())
def test_any_mutation_has_a_settled_layout_or_reasons(data: st.DataObject) -> None:
    text = UNTIDY
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        put = data.draw(
            st.sampled_from(["---\n", "# c\n", " # c", "\n", "  ", "${E}", "&a ", "*a", "? ", "!!str ", "|\n", "...\n"])
            | st.text(":-?[]{}#&*!|>'\" \t\n", max_size=3)
        )
        text = text[:at] + put + text[at + data.draw(st.integers(0, 9)) :]
    assert_settled(text)


@given(st.text(max_size=60) | st.text("ab:-?[]{}#&*!|>'\"%, \t\r\n~<", max_size=40))
def test_any_text_has_a_settled_layout_or_reasons(text: str) -> None:
    assert_settled(text)
