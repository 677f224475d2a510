"""What is wrong with `policies` in a project file, apart from what CEL says, is told at its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from reconciler.diagnostics import Code, InvalidInput, Severity
from reconciler.policy import Subject, unmatched_waivers, waiver_diagnostics
from tests.policy.builders import TODAY, rules

WHOLE = """\
policies:
  - name: short
    on: manifest
    rule: lifetime_seconds < 100
    message: Too long.
    severity: warning
    waivers:
      - {tag: admin, reason: "SSO, TICKET-12", until: 2027-01-31}
      - tag: root
        reason: never mind
        until: "2026-12-08"
  - {name: rare, on: change, rule: "change.risk == 'none'", message: Rarely.}
"""


def test_every_part_of_a_policy_is_read(tmp_path: Path) -> None:
    short, rare = rules(WHOLE, tmp_path)
    assert (short.name, short.subject, short.written.text) == ("short", Subject.MANIFEST, "lifetime_seconds < 100")
    assert (short.message, short.severity) == ("Too long.", Severity.WARNING)
    assert [(each.tag, each.reason, each.until) for each in short.waivers] == [
        ("admin", "SSO, TICKET-12", date(2027, 1, 31)),
        ("root", "never mind", date(2026, 12, 8)),
    ]
    assert (rare.subject, rare.severity, rare.waivers) == (Subject.CHANGE, Severity.ERROR, ())


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ("rule: lifetime", "rules: lifetime", 4, "`rules` is not a field"),
        ("    on: manifest\n", "", 2, "`on` is required"),
        ("on: manifest", "on: manifests", 3, "'manifest' or 'change'"),
        ("message: Too long.", "message:", 5, "must be a string, not null"),
        ("severity: warning", "severity: fatal", 6, "'error' or 'warning'"),
        ("rule: lifetime_seconds < 100", "rule: true", 4, "must be a string, not a boolean"),
        ('reason: "SSO, TICKET-12", ', "", 8, "`reason` is required"),
        ('reason: "SSO, TICKET-12"', 'reason: ""', 8, "must not be empty"),
        (", until: 2027-01-31", "", 8, "`until` is required"),
        ("until: 2027-01-31", "till: 2027-01-31", 8, "`till` is not a field"),
        ("2027-01-31", "2027-02-31", 8, "`2027-02-31` is no day"),
        ("2027-01-31", "next week", 8, "`next week` is no day"),
        ("2027-01-31", "2027-W05", 8, "`2027-W05` is no day"),
        ("2027-01-31", "20270131", 8, "`20270131` is no day"),
        ("2027-01-31", "[2027]", 8, "an array is no day"),
        ("2027-01-31", "null", 8, "null is no day"),
        ("2027-01-31", "2027-01-31T00", 8, "is no day"),
        ("name: rare", "name: short", 12, "belongs to the policy in line 2 already"),
        ("      - {tag: admin", "      - admin\n      - {tag: admin", 8, "must be a mapping, not a string"),
    ],
)
def test_a_mistake_is_told_with_its_line(before: str, after: str, line: int, said: str, tmp_path: Path) -> None:
    assert before in WHOLE
    with pytest.raises(InvalidInput) as invalid:
        rules(WHOLE.replace(before, after, 1), tmp_path)
    (found,) = invalid.value.diagnostics
    assert said in found.detail
    assert found.location
    assert found.location.line == line
    assert found.hint or "'" in found.detail or "must" in found.detail


def test_mistakes_of_the_whole_file_are_told_together(tmp_path: Path) -> None:
    text = WHOLE.replace("2027-01-31", "soon").replace("rare", "short") + "default_target: nowhere\n"
    with pytest.raises(InvalidInput) as invalid:
        rules(text, tmp_path)
    assert [each.location.line for each in invalid.value.diagnostics if each.location] == [8, 12, 13]


@pytest.mark.parametrize(
    ("today", "codes"),
    [
        (date(2026, 11, 1), []),
        (date(2026, 11, 24), [Code.WAIVER_ENDS_SOON]),
        (date(2026, 12, 8), [Code.WAIVER_ENDS_SOON]),
        (date(2026, 12, 9), [Code.WAIVER_ENDED]),
        (date(2027, 1, 20), [Code.WAIVER_ENDS_SOON, Code.WAIVER_ENDED]),
        (date(2027, 2, 1), [Code.WAIVER_ENDED, Code.WAIVER_ENDED]),
    ],
)
def test_a_waiver_warns_for_two_weeks_and_then_is_an_error(today: date, codes: list[Code], tmp_path: Path) -> None:
    found = list(waiver_diagnostics(rules(WHOLE, tmp_path), today))
    assert [each.code for each in found] == codes
    for each in found:
        assert each.location
        assert each.location.line in {8, 9}
        assert (each.severity is Severity.ERROR) is (each.code is Code.WAIVER_ENDED)


def test_a_waivers_end_is_named_with_rule_tag_and_reason(tmp_path: Path) -> None:
    (found,) = waiver_diagnostics(rules(WHOLE, tmp_path), TODAY.replace(month=12, day=9))
    assert found.detail == "The waiver of `short` for `root` (never mind) ended on 2026-12-08."


def test_a_waiver_of_a_tag_that_is_not_there_warns(tmp_path: Path) -> None:
    (found,) = unmatched_waivers(rules(WHOLE, tmp_path), ["root", "admins"])
    assert (found.code, found.severity, found.hint) == (
        Code.WAIVER_UNMATCHED,
        Severity.WARNING,
        "Did you mean `admins`?",
    )
