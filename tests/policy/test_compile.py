"""What is wrong with an expression is told at its place in the project file."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.diagnostics import Code, Diagnostic, Severity
from reconciler.policy import compile_rules
from tests.policy.builders import rule, rules

FILE = "policies:\n  - name: short\n    on: manifest\n    message: Too long.\n    rule: {}\n"


def problem(text: str, folder: Path) -> Diagnostic:
    made, (only,) = compile_rules(rules(text, folder))
    assert not made
    assert only.severity is Severity.ERROR
    return only


def place(scalar: str, folder: Path) -> tuple[int, int]:
    location = problem(FILE.format(scalar), folder).location
    assert location
    assert location.file == "reconciler.yaml"
    return location.line, location.column


@pytest.mark.parametrize(
    ("scalar", "column"),
    [
        ("manifest.tag == 'x' && )", 34),
        ("'manifest.tag == ''x'' && )'", 37),
        ("\"manifest.tag == 'x' && )\"", 35),
        ("manifest.tag == 'é' && )", 34),
        ("manifest.tagg == 'x' && nope", 35),
        ("'''tag'' == nope || size(nope2) > 1'", 23),
    ],
)
def test_a_mistake_in_a_scalar_of_one_line_is_placed_in_its_column(scalar: str, column: int, tmp_path: Path) -> None:
    assert place(scalar, tmp_path) == (5, column)


@pytest.mark.parametrize("sign", ["|", "|-", "|+"])
def test_a_mistake_in_a_literal_block_is_placed_in_its_line(sign: str, tmp_path: Path) -> None:
    block = f"{sign}\n      manifest.tag == 'x'\n        && )"
    assert place(block, tmp_path) == (7, 12)


@pytest.mark.parametrize(
    "scalar",
    [
        '"manifest.tag == \\"x\\" && )"',
        ">\n      manifest.tag == 'x'\n      && )",
        "'manifest.tag == ''x''\n      && )'",
        "${EXPRESSION:-manifest.tag ==}",
    ],
)
def test_where_the_column_is_not_known_the_place_is_where_the_expression_begins(scalar: str, tmp_path: Path) -> None:
    assert place(scalar, tmp_path) == (5, 11)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("", "not CEL"),
        ("manifest.tag ==", "mismatched input the end."),
        ("liftime_seconds > 1", "a variable `liftime_seconds`"),
        ("true || nope == 1", "a variable `nope`"),
        ("true || change.risk == 'safe'", "a variable `change`"),
        ("true || manifest.tag.lowerAscii() == 'a'", "a function `lowerAscii`"),
        ("now() > timestamp('2026-01-01T00:00:00Z')", "a function `now`"),
        ("'a string'", "gives a string, not true or false"),
        ("1 + 1", "gives a number, not true or false"),
        ("null", "gives null, not true or false"),
        ("timestamp('2026-01-01T00:00:00Z')", "gives a datetime, not true or false"),
        ("1 == 1 / 0", "division by zero"),
        ("'a'.matches('[')", "not a valid regex"),
        ("true" + " || true" * 300, "at most 2,000 characters"),
    ],
)
def test_what_can_be_no_rule_is_told_before_it_judges_anything(expression: str, said: str, tmp_path: Path) -> None:
    made, (found,) = compile_rules([rule(expression or " ", tmp_path)])
    assert not made
    assert found.code is Code.POLICY_RULE
    assert said in found.detail
    assert "short" in found.detail


def test_a_misspelled_name_has_a_hint(tmp_path: Path) -> None:
    assert problem(FILE.format("liftime_seconds > 1"), tmp_path).hint == "Did you mean `lifetime_seconds`?"
    assert problem(FILE.format("manifest.tag.startWith('a')"), tmp_path).hint == "Did you mean `startsWith`?"
    hint = problem(FILE.format("change.risk == 'safe'"), tmp_path).hint
    assert hint == "A rule on a manifest reads `manifest`, `target`, `lifetime_seconds`."


@pytest.mark.parametrize(
    "expression",
    [
        "manifest.schema.all(key, key != 'password')",
        "[1, 2].exists_one(n, n == lifetime_seconds) || ['a'].map(x, x + x).filter(y, y != '').size() > 0",
        "has(manifest.schema.details) // a comment with nope() and `)`",
        "manifest.tag in ['nope', \"nope()\", r'\\nope', '''no\npe''']",
        "timestamp('2026-01-01T00:00:00Z').getFullYear() == 2026 && duration('8h') < duration('9h')",
    ],
)
def test_names_of_loops_texts_and_comments_are_no_unknown_names(expression: str, tmp_path: Path) -> None:
    made, problems = compile_rules([rule(expression, tmp_path)])
    assert not problems
    assert len(made) == 1


def test_every_rule_is_compiled_whatever_is_wrong_with_others(tmp_path: Path) -> None:
    good, bad = rule("true", tmp_path), rule(")", tmp_path)
    made, problems = compile_rules([bad, good, bad])
    assert [each.rule for each in made] == [good]
    assert len(problems) == 2
