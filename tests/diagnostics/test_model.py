from __future__ import annotations

import random

from reconciler.diagnostics import Code, Diagnostic, InvalidInput, Location, Severity, in_order
from reconciler.errors import ReconcilerError


def at(file: str, line: int, column: int = 1, code: Code = Code.WRONG_TYPE, detail: str = "Detail.") -> Diagnostic:
    return Diagnostic(code, detail, Location(file, line, column))


def test_a_location_reads_as_editors_and_terminals_link_it() -> None:
    assert str(Location("sessions/user.yaml", 3, 9)) == "sessions/user.yaml:3:9"
    assert str(Location("a.yaml")) == "a.yaml:1:1"


def test_diagnostics_stand_in_the_order_of_their_places() -> None:
    nowhere = Diagnostic(Code.PATH_NOT_FOUND, "`x` does not exist.")
    expected = (
        nowhere,
        at("a", 2, 1),
        at("a", 2, 9),
        at("a", 10),
        at("b", 1, 1, Code.MISSING_FIELD, "A."),
        at("b", 1, 1, Code.MISSING_FIELD, "B."),
        at("b", 1, 1, Code.WRONG_TYPE, "A."),
    )
    mixed = list(expected)
    random.Random(7).shuffle(mixed)  # noqa: S311 - any order will do
    assert in_order(mixed) == expected


def test_a_repetition_is_dropped_and_a_different_hint_is_none() -> None:
    hinted = Diagnostic(Code.WRONG_TYPE, "Detail.", Location("a"), "Hint.")
    assert in_order([at("a", 1), hinted, at("a", 1)]) == (at("a", 1), hinted)


def test_a_diagnostic_is_an_error_unless_it_says_otherwise() -> None:
    assert at("a", 1).severity is Severity.ERROR


def test_invalid_input_carries_all_problems_in_order_and_the_sources() -> None:
    invalid = InvalidInput([at("b", 1), at("a", 1)], {"a": "text"})
    assert isinstance(invalid, ReconcilerError)
    assert [each.location and each.location.file for each in invalid.diagnostics] == ["a", "b"]
    assert invalid.sources == {"a": "text"}
    assert invalid.message == "2 problem(s) found"
    assert InvalidInput([]).sources == {}


def test_every_code_is_stable_kebab_case_with_a_summary_of_its_own() -> None:
    assert all(code.value == code.value.lower().replace(" ", "-").replace("_", "-") for code in Code)
    assert all(code.summary and not code.summary.endswith(".") for code in Code)
    assert len({code.summary for code in Code}) == len(Code)
    assert {code.value for code in Code} >= {"yaml-syntax", "unknown-field", "duplicate-tag", "selector-unresolved"}
