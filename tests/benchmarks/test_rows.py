"""Whether a figure is what it must be, and how that reads."""

from __future__ import annotations

import pytest

from benchmarks.rows import Row, markdown, table


@pytest.mark.parametrize(
    ("row", "met", "verdict"),
    [
        (Row("at most", 1.2, 1.5), True, "met"),
        (Row("at most", 3, 1.5), False, "missed by 2.00 times"),
        (Row("none", 1, 0), False, "missed"),
        (Row("none", 0, 0), True, "met"),
        (Row("at least", 22, 22, at_least=True), True, "met"),
        (Row("at least", 11, 22, at_least=True), False, "missed by 2.00 times"),
        (Row("told only", 7), None, ""),
        (Row("not there", None, 22, at_least=True, beside="it is not installed"), False, "not measured"),
    ],
)
def test_a_row_is_judged(row: Row, met: bool | None, verdict: str) -> None:
    assert row.is_met is met
    assert row.verdict == verdict
    assert Row.from_json(row.to_json()) == row


def test_a_row_that_was_not_measured_says_why() -> None:
    text = "\n".join(table([Row("not there", None, 22, at_least=True, beside="it is not installed")]))
    assert "not measured" in text
    assert "it is not installed" in text


def test_rows_are_a_table_in_markdown() -> None:
    rows = [Row("`plan`, cold / floor", 1.234, 1.5, beside="0.3 s"), Row("memory in MB", 1234.4, 1024)]
    assert list(markdown(rows))[2:] == [
        "| `plan`, cold / floor | ≤ 1.5 | 1.23 | met | 0.3 s |",
        "| memory in MB | ≤ 1,024 | 1,234 | missed by 1.21 times |  |",
    ]
