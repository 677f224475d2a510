from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from _ruamel_yaml import CParser

import reconciler.nodes.events
import reconciler.nodes.quick
from reconciler.diagnostics import Code
from reconciler.nodes import Parsed, parse_yaml
from reconciler.nodes.text import BYTES_MAX


def test_the_c_parser_is_the_one_that_is_used() -> None:
    assert vars(reconciler.nodes.events)["CParser"] is CParser
    assert vars(reconciler.nodes.quick)["CParser"] is CParser
    assert Path(inspect.getfile(sys.modules[CParser.__module__])).suffix in {".so", ".pyd"}


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("a: [1", "1:6", ""),
        ("a: [1\n", "1:6", ""),
        ("a: 'x\n\n", "2:1", ""),
        ("{a", "1:3", ""),
        ("a: b: c", "1:5", "Put quotes around"),
        ("a: 1\nb: c: d\n", "2:5", "Put quotes around"),
        ("a:\n\tb: 1", "2:1", "Indent with spaces"),
        ("a: 1\n\tb: 2", "2:1", "Indent with spaces"),
        ("- a\nb: 1", "2:1", ""),
        ("a: 1\n b: 2", "2:3", "Put quotes around"),
        ("a: @x", "1:4", ""),
        ("a: %x", "1:4", ""),
        ('a: "\\q"', "1:5", ""),
        ('a: "\\ud800"', "1:7", ""),
        ("é😀: [1, b: c: d]", "1:13", ""),
        ("a: 1\r\nb: [\r\n", "2:5", ""),
    ],
)
def test_a_syntax_error_is_one_problem_where_it_is(
    text: str, place: str, hint: str, parse: Callable[[str], Parsed]
) -> None:
    (problem,) = parse(text).diagnostics
    assert (problem.code, str(problem.location)) == (Code.YAML_SYNTAX, f"f.yaml:{place}")
    assert problem.hint.startswith(hint)
    assert bool(problem.hint) == bool(hint)
    assert problem.detail[0].isupper()
    assert problem.detail.endswith(".")


def test_documents_before_a_syntax_error_are_kept(parse: Callable[[str], Parsed]) -> None:
    parsed = parse("a: 1\n---\nb: ${UNSET}\n---\nc: [\n")
    assert parsed.documents[0].data == {"a": 1}
    assert [each.code for each in parsed.diagnostics] == [Code.VARIABLE_UNSET, Code.YAML_SYNTAX]


@pytest.mark.parametrize(
    ("text", "place", "character"),
    [
        ("a: b\0", "1:5", "'\\x00'"),
        ("é: é\0x", "1:5", "'\\x00'"),
        ("a: 1\nb: 😀\x07", "2:5", "'\\x07'"),
        ("a: 1\r\nb: \x1b", "2:4", "'\\x1b'"),
        ("a: 1\rb: \x7f", "2:4", "'\\x7f'"),
        ("\ufeffä: \x01", "1:4", "'\\x01'"),
        ("a: \ufffe", "1:4", "'\\ufffe'"),
    ],
)
def test_a_character_that_yaml_forbids_is_named_and_placed(
    text: str, place: str, character: str, parse: Callable[[str], Parsed]
) -> None:
    (problem,) = parse(text).diagnostics
    assert (problem.code, str(problem.location)) == (Code.YAML_SYNTAX, f"f.yaml:{place}")
    assert problem.detail == f"The character {character} is not allowed in YAML."


@pytest.mark.parametrize(
    ("content", "place", "byte"),
    [
        (b"a: \xff", "1:4", "Byte 4 (0xff)"),
        (b"a: 1\nb: \xe9t\xe9\n", "2:4", "Byte 9 (0xe9)"),
        ("ä: ".encode() + b"\xff", "1:4", "Byte 5 (0xff)"),
        (b"\xef\xbb\xbfa\xff", "1:2", "Byte 5 (0xff)"),
        (b"\xef\xbb\xbf\xff", "1:1", "Byte 4 (0xff)"),
        ("\ufeffé: é".encode() + b"\x80", "1:5", "Byte 10 (0x80)"),
        ("a: 1\r\n".encode("utf-16"), "1:1", "Byte 1 (0xff)"),
        ("a: 1".encode("utf-16-be") + b"\xfe\xff", "1:9", "Byte 9 (0xfe)"),
        (b"a: \xed\xa0\x80", "1:4", "Byte 4 (0xed)"),
        (b"a: \xc3", "1:4", "Byte 4 (0xc3)"),
    ],
)
def test_what_is_not_utf_8_is_placed(content: bytes, place: str, byte: str) -> None:
    parsed = parse_yaml(content, "f.yaml", {})
    (problem,) = parsed.diagnostics
    assert (problem.code, str(problem.location)) == (Code.NOT_UTF8, f"f.yaml:{place}")
    assert problem.detail.startswith(byte)
    assert problem.hint == "Save the file as UTF-8."
    assert not parsed.documents


def test_the_text_is_given_back_to_show_places_in(parse: Callable[[str], Parsed]) -> None:
    assert parse("\ufeffa: 1\r\n").text == "a: 1\r\n"


def test_a_file_over_the_limit_is_not_parsed() -> None:
    fits = b"a: " + b"x" * (BYTES_MAX - 3)
    assert not parse_yaml(fits, "f.yaml", {}).diagnostics
    parsed = parse_yaml(fits + b"x", "f.yaml", {})
    (problem,) = parsed.diagnostics
    assert (problem.code, str(problem.location)) == (Code.FILE_TOO_LARGE, "f.yaml:1:1")
    assert "8,388,609 bytes" in problem.detail
    assert "8,388,608" in problem.detail
    assert not parsed.documents
