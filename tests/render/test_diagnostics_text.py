"""Diagnostics as people read them."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.diagnostics import Code, Diagnostic, Location, Severity
from reconciler.errors import ReconcilerError
from reconciler.render import render_diagnostics, render_error


def _caret(source: str, column: int) -> list[str]:
    diagnostic = Diagnostic(Code.WRONG_TYPE, "Detail.", Location("a.yaml", 1, column))
    _, _, _, line, caret, *_ = render_diagnostics([diagnostic], {"a.yaml": source}).split("\n")
    return [line.removeprefix("  1 | "), caret.removeprefix("    | ")]


def test_diagnostics_read_as_they_did(golden: Callable[[str, str], None]) -> None:
    source = "name: User\ntag: user\nperod: days\n"
    found = [
        Diagnostic(Code.PATH_NOT_FOUND, "`sesions` does not exist."),
        Diagnostic(Code.UNKNOWN_FIELD, "`perod` is no field.", Location("a.yaml", 3, 1), "Did you mean `period`?"),
        Diagnostic(Code.LIFECYCLE_PATH, "Nothing there.", Location("b.yaml", 1, 1), severity=Severity.WARNING),
    ]
    golden("diagnostics.txt", render_diagnostics(found, {"a.yaml": source}))


def test_the_caret_underlines_the_word() -> None:
    assert _caret("perod: days", 1) == ["perod: days", "^^^^^"]
    assert _caret("selector: $Session{a}{b} # c", 11)[1] == "          ^^^^^^^^^^^^^^"
    assert _caret("tag: a:b", 6)[1] == "     ^^^"
    assert _caret("schema: {a: b}", 10)[1] == "         ^"
    assert _caret("expiry: [x]", 9) == ["expiry: [x]", "        ^"]


def test_the_caret_stands_right_under_wide_and_combining_characters_and_tabs() -> None:
    assert _caret("日本: x", 5) == ["日本: x", "      ^"]
    assert _caret("e\u0301: x", 5)[1] == "   ^"
    assert _caret("a:\tx", 4) == ["a: x", "   ^"]


def test_a_long_line_is_clipped_around_the_place() -> None:
    line, caret = _caret("x" * 500 + " wrong " + "y" * 500, 502)
    assert line[caret.index("^") :].startswith("wrong")
    assert len(line) <= 160


def test_control_characters_of_a_source_do_not_reach_the_terminal() -> None:
    line, _ = _caret("a: \x1b[31m", 4)
    assert line.isprintable()


def test_a_place_beyond_the_source_is_named_without_an_excerpt() -> None:
    diagnostic = Diagnostic(Code.YAML_SYNTAX, "Detail.", Location("a.yaml", 9, 1))
    assert "a.yaml:9:1\n  Detail." in render_diagnostics([diagnostic], {"a.yaml": "x"})


def test_counts_are_spelled_right() -> None:
    error = Diagnostic(Code.WRONG_TYPE, "Detail.")
    warning = Diagnostic(Code.WRONG_TYPE, "Detail.", severity=Severity.WARNING)
    assert render_diagnostics([error], {}).endswith("\n\n1 error found.")
    assert render_diagnostics([error, error, warning], {}).endswith("\n\n2 errors and 1 warning found.")


def test_an_error_without_a_place_gives_its_hint() -> None:
    assert render_error(ReconcilerError("It failed", hint="Do this.")) == "Error: It failed\n  Do this."
    assert render_error(ReconcilerError("It failed")) == "Error: It failed"
