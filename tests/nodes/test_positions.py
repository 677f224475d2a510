from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from reconciler.diagnostics import Code, Location, Problem
from reconciler.nodes import Document, Parsed, entry_of, key_location, keys_of, located, parse_yaml, value_location
from reconciler.values import Path

MANIFEST = """\
# a comment
name: "User"   # another
tag: &tag user-session
schema:
  userId:   user_123
  roles:
    - admin
    -   editor
    - - nested
  flow: {a: 1, "b c": [x, {y: 2}]}
  text: |
    one
    two
  again: *tag
  ? long
  : value
  none:
"""
PLACES: list[tuple[Path, tuple[int, int], tuple[int, int]]] = [
    (("name",), (2, 1), (2, 7)),
    (("tag",), (3, 1), (3, 6)),
    (("schema",), (4, 1), (5, 3)),
    (("schema", "userId"), (5, 3), (5, 13)),
    (("schema", "roles"), (6, 3), (7, 5)),
    (("schema", "roles", 0), (7, 7), (7, 7)),
    (("schema", "roles", 1), (8, 9), (8, 9)),
    (("schema", "roles", 2, 0), (9, 9), (9, 9)),
    (("schema", "flow"), (10, 3), (10, 9)),
    (("schema", "flow", "a"), (10, 10), (10, 13)),
    (("schema", "flow", "b c"), (10, 16), (10, 23)),
    (("schema", "flow", "b c", 0), (10, 24), (10, 24)),
    (("schema", "flow", "b c", 1, "y"), (10, 28), (10, 31)),
    (("schema", "text"), (11, 3), (11, 9)),
    (("schema", "again"), (14, 3), (14, 10)),
    (("schema", "long"), (15, 5), (16, 5)),
    (("schema", "none"), (17, 3), (17, 8)),
]


def place(location: Location | None) -> tuple[int, int]:
    assert location
    return location.line, location.column


def only(content: bytes) -> Document:
    parsed = parse_yaml(content, "f.yaml", {})
    assert not parsed.diagnostics
    (document,) = parsed.documents
    return document


@pytest.mark.parametrize(("path", "key", "value"), PLACES)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_every_key_and_value_has_its_place(
    path: Path, key: tuple[int, int], value: tuple[int, int], newline: str, bom: str
) -> None:
    marks = only((bom + MANIFEST.replace("\n", newline)).encode()).marks
    assert (place(key_location(marks, path)), place(value_location(marks, path))) == (key, value)


def test_columns_count_characters() -> None:
    marks = only("{é😀: 'ü', b: x}".encode()).marks
    assert place(value_location(marks, ("é😀",))) == (1, 6)
    assert place(key_location(marks, ("b",))) == (1, 11)


def test_a_tab_after_the_colon_is_one_character() -> None:
    assert place(value_location(only(b"a:\tb").marks, ("a",))) == (1, 4)


def test_what_has_no_place_is_at_the_nearest_value_around_it() -> None:
    marks = only(MANIFEST.encode()).marks
    assert value_location(marks, ("schema", "gone", "deeper")) == value_location(marks, ("schema",))
    assert key_location(marks, ("name", "x")) == key_location(marks, ("name",))
    assert value_location(marks, ("gone",)) is None
    assert key_location(marks, ()) is None
    assert entry_of(marks, ()) is None


def test_the_keys_of_a_mapping_are_those_of_the_value() -> None:
    marks = only(MANIFEST.encode()).marks
    assert list(keys_of(marks, ("schema", "flow"))) == ["a", "b c"]
    assert keys_of(marks, ("name",)) == {}
    assert keys_of(marks, ("gone",)) == {}


def test_merged_fields_are_where_they_were_written() -> None:
    marks = only(b"base: &b\n  x: 1\n  y: 2\nuse:\n  <<: *b\n  x: 3\n").marks
    assert place(value_location(marks, ("use", "x"))) == (6, 6)
    assert place(value_location(marks, ("use", "y"))) == (3, 6)


def test_inside_an_alias_the_places_are_those_of_the_anchor() -> None:
    marks = only(b"a: &a {x: 1}\nb: *a\n").marks
    assert place(value_location(marks, ("b",))) == (2, 4)
    assert place(value_location(marks, ("b", "x"))) == (1, 11)


def test_every_document_of_a_file_has_its_place(parse: Callable[[str], Parsed]) -> None:
    parsed = parse("# head\na: 1\n---\n# c\n\nb: 2\n--- {c: 3}\n---\n--- text\n")
    assert [document.data for document in parsed.documents] == [{"a": 1}, {"b": 2}, {"c": 3}, None, "text"]
    lines = [document.location for document in parsed.documents]
    assert [(each.line, each.column) for each in lines] == [(2, 1), (6, 1), (7, 5), (9, 1), (9, 5)]
    assert place(value_location(parsed.documents[2].marks, ("c",))) == (7, 9)


def test_problems_are_put_where_they_belong() -> None:
    document = only(b"a: 1\nb:\n  c: 2\n")
    at_value = Problem(Code.WRONG_TYPE, ("b", "c"), "D.", "H.")
    at_key = Problem(Code.UNKNOWN_FIELD, ("b", "c"), "D.", at_key=True)
    missing = Problem(Code.MISSING_FIELD, ("b", "d"), "D.", at_key=True)
    of_document = Problem(Code.MISSING_FIELD, ("x",), "D.", at_key=True)
    found = list(located([at_value, at_key, missing, of_document], document))
    assert [place(each.location) for each in found] == [(3, 6), (3, 3), (2, 1), (1, 1)]
    assert (found[0].code, found[0].detail, found[0].hint) == (Code.WRONG_TYPE, "D.", "H.")


def test_values_and_positions_have_the_same_shape() -> None:
    document = only(MANIFEST.encode())
    steps = count()
    pending = [(document.data, document.marks)]
    while pending:
        data, marks = pending.pop()
        inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
        for key, item in inner:
            next(steps)
            pending.append((item, marks[key][5] or {}))
    assert next(steps) == len(PLACES) + 2  # all above, the sequence around `nested`, the mapping around `y`
