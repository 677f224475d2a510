"""What rules say of manifests and changes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.diagnostics import Code, Location, Severity
from reconciler.nodes import parse_yaml
from reconciler.plan import Desired, Guard
from reconciler.policy import Given, Undecided
from tests.builders import desired, record, session_type
from tests.policy.builders import TODAY, compiled, entries, judge

SHORT = "!manifest.tag.startsWith('admin') || lifetime_seconds <= 28800"


def admin(**fields: Any) -> Desired:
    return desired(session_type("admin", **fields))


def waiver(**fields: Any) -> dict[str, str]:
    until = (TODAY + timedelta(days=100)).isoformat()
    return {"tag": "admin", "reason": "moves to SSO", "until": until, **fields}


def test_a_manifest_that_breaks_a_rule_is_an_error_with_the_rules_message(tmp_path: Path) -> None:
    (found,) = judge(SHORT, tmp_path).manifests([admin(expiry=9, period="hours"), desired(session_type())]).diagnostics
    assert (found.code, found.severity) == (Code.POLICY, Severity.ERROR)
    assert found.detail == "Too long. (policy `short`)"
    assert found.location == Location("sessions/user.yaml")
    assert found.related
    assert found.related.file == "reconciler.yaml"


def test_a_manifest_that_keeps_a_rule_is_nothing_to_talk_about(tmp_path: Path) -> None:
    verdict = judge(SHORT, tmp_path).manifests([admin(expiry=8, period="hours"), desired(session_type())])
    assert not verdict.diagnostics
    assert not verdict.waived


def test_a_warning_warns(tmp_path: Path) -> None:
    (found,) = judge("false", tmp_path, severity="warning").manifests([admin()]).diagnostics
    assert found.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("expression", "line"),
    [
        ("manifest.selector == ''", 6),
        ("manifest.description.size() > 100", 3),
        ("manifest.tag == 'x'", 2),
        ("lifetime_seconds < 1", 7),
        (SHORT.replace("admin", "user"), 7),
        ("manifest.tag != 'user' || manifest.schema.size() > 5", 4),
        ("manifest.name == manifest.description", 1),
        ("target == 'production'", 1),
        ("manifest.size() == 1", 1),
        ("'manifest.selector' == manifest.description", 3),
    ],
)
def test_the_place_is_the_line_of_the_one_field_that_the_rule_is_about(
    expression: str, line: int, tmp_path: Path
) -> None:
    lines = (
        "name: n\ntag: user\ndescription: d\nschema:\n  userId: u\nselector: $Session{userId}\nexpiry: 7\nperiod: days"
    )
    marks = parse_yaml(lines.encode(), "a.yaml", {}).documents[0].marks
    manifest = Desired(session_type(), Location("a.yaml"), "a.yaml", marks)
    (found,) = judge(expression, tmp_path).manifests([manifest]).diagnostics
    assert found.location
    assert found.location.line == line


@pytest.mark.parametrize(
    ("expiry", "period", "seconds"),
    [(90, "minutes", 5_400), (2, "weeks", 1_209_600), (1, "months", 31 * 86_400), (12, "months", 366 * 86_400)],
)
def test_a_lifetime_in_calendar_units_counts_as_the_longest(
    expiry: int, period: str, seconds: int, tmp_path: Path
) -> None:
    verdict = judge(f"lifetime_seconds == {seconds}", tmp_path).manifests([admin(expiry=expiry, period=period)])
    assert not verdict.diagnostics


def test_a_rule_reads_the_target_and_the_lifecycle(tmp_path: Path) -> None:
    rule = "target != 'production' || manifest.lifecycle.prevent_destroy"
    assert not judge(rule, tmp_path, target="staging").manifests([admin()]).diagnostics
    assert judge(rule, tmp_path, target="production").manifests([admin()]).diagnostics
    kept = desired(session_type(), prevent_destroy=True, ignore_changes=["schema.details"])
    assert not judge(rule, tmp_path, target="production").manifests([kept]).diagnostics
    paths = "manifest.lifecycle.ignore_changes == ['schema.details'] && target == null"
    assert not judge(paths, tmp_path).manifests([kept]).diagnostics


def test_a_rule_does_not_see_sensitive_values(tmp_path: Path) -> None:
    secret = desired(session_type(), sensitive=["schema.details.email"])
    assert not judge("manifest.schema.details.email == '(sensitive)'", tmp_path).manifests([secret]).diagnostics
    (found,) = judge("{'a': true}[manifest.schema.details.email]", tmp_path).manifests([secret]).diagnostics
    assert "ade@example.com" not in found.detail


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("manifest.nope == 1", "no such key: nope."),
        ("target < 3", "No such overload"),
        ("manifest.schema.details.email > 3", "No such overload"),
        ("manifest.tag + 1 == 'a'", "string + int"),
        ("manifest.expiry / 0 == 1", "division by zero"),
        ("manifest.tag.matches(manifest.tag + '[')", "not a valid regex"),
        ("manifest.tag", "a string, not true or false"),
        ("manifest.schema", "an object, not true or false"),
        ("manifest.tag.all(a, true)", "CEL says"),
    ],
)
def test_a_rule_that_fails_is_an_error_and_never_passes(expression: str, said: str, tmp_path: Path) -> None:
    manifests = [desired(session_type(tag)) for tag in ("a", "b", "c")]
    (found,) = judge(expression, tmp_path, severity="warning").manifests(manifests).diagnostics
    assert (found.code, found.severity) == (Code.POLICY_UNDECIDED, Severity.ERROR)
    assert found.detail.startswith("`short` can't be decided for `a` and 2 more. ")
    assert said in found.detail
    assert found.location
    assert found.location.file == "reconciler.yaml"


def test_a_waived_finding_is_counted_and_no_error(tmp_path: Path) -> None:
    verdict = judge("false", tmp_path, waivers=[waiver()]).manifests([admin(), desired(session_type())])
    assert len(verdict.diagnostics) == 1
    (waived,) = verdict.waived
    assert (waived.rule, waived.tag, waived.reason) == ("short", "admin", "moves to SSO")


@pytest.mark.parametrize(("days", "waived"), [(-1, False), (0, True), (1, True)])
def test_a_waiver_holds_through_its_last_day(days: int, waived: bool, tmp_path: Path) -> None:
    until = (TODAY + timedelta(days=days)).isoformat()
    verdict = judge("false", tmp_path, waivers=[waiver(until=until)]).manifests([admin()])
    assert bool(verdict.waived) is waived
    assert bool(verdict.diagnostics) is not waived


def test_a_waiver_does_not_make_a_broken_rule_pass(tmp_path: Path) -> None:
    (found,) = judge("manifest.nope", tmp_path, waivers=[waiver()]).manifests([admin()]).diagnostics
    assert found.code is Code.POLICY_UNDECIDED


CHANGED = (
    [desired(session_type("new")), desired(session_type("user", expiry=1))],
    [
        record(session_type("user"), applied=session_type("user")),
        record(session_type("gone"), applied=session_type("gone")),
    ],
)


@pytest.mark.parametrize(
    ("expression", "breaking"),
    [
        ("change.risk != 'disruptive'", ["gone", "user"]),
        ("change.actions != ['create']", ["new"]),
        ("before == null || after == null || lifetime_seconds * 2 >= lifetime_seconds_before", ["user"]),
        ("after != null", ["gone"]),
        ("change.name.startsWith('n') || change.live_sessions != null", ["gone", "user"]),
        ("change.fields.all(f, f.origin == 'pending' && f.path != 'expiry')", ["gone", "new", "user"]),
    ],
)
def test_an_error_on_a_change_refuses_the_plan(expression: str, breaking: list[str], tmp_path: Path) -> None:
    verdict = judge(expression, tmp_path, on="change").changes(entries(*CHANGED, prune=True))
    assert [refusal.tag for refusal in verdict.refusals] == breaking
    assert {refusal.guard for refusal in verdict.refusals} == {Guard.POLICY}
    assert verdict.refusals[0].reason == f"`{breaking[0]}` breaks the policy `short`: Too long."
    assert not verdict.warnings


def test_a_warning_on_a_change_is_told_with_rule_tag_and_message(tmp_path: Path) -> None:
    verdict = judge("after != null", tmp_path, on="change", severity="warning").changes(entries(*CHANGED, prune=True))
    assert verdict.warnings == [{"rule": "short", "tag": "gone", "message": "Too long."}]
    assert not verdict.refusals


def test_a_rule_on_changes_that_fails_is_an_error(tmp_path: Path) -> None:
    (found,) = judge("lifetime_seconds > 1", tmp_path, on="change").changes(entries(*CHANGED, prune=True)).diagnostics
    assert found.code is Code.POLICY_UNDECIDED
    assert "`gone`" in found.detail


def nested(loops: int) -> str:
    head = "".join(f"manifest.schema.list.all(x{loop}, " for loop in range(loops))
    return f"{head}true{')' * loops}"


def test_a_rule_that_may_take_too_long_is_not_begun(tmp_path: Path) -> None:
    manifest = desired(session_type(schema={"userId": "u", "list": [0] * 500}))
    assert not judge(nested(1), tmp_path).manifests([manifest]).diagnostics
    assert not judge(nested(2), tmp_path).manifests([manifest]).diagnostics
    (found,) = judge(nested(4), tmp_path).manifests([manifest]).diagnostics
    assert "more than 1,000,000 steps" in found.detail


@pytest.mark.parametrize(
    "expression",
    [
        nested(30),
        f"{'['}manifest.tag]{'.map(x, [x, x, x, x])' * 30} == []",
        f"{'manifest.schema.map(a, ' * 6}manifest.schema{')' * 6} == []",
        f"{'['}manifest.tag]{'.map(x, x + x + x + x)' * 10} == []",
        "manifest.schema.all(a, manifest.schema.all(b, manifest.schema.all(c, (a + b + c).matches('^x+$'))))",
    ],
)
def test_what_grows_without_bound_is_not_begun(expression: str, tmp_path: Path) -> None:
    variables = {"manifest": session_type().to_json(), "target": None, "lifetime_seconds": 1}
    decided = compiled(expression, tmp_path).decide(Given(variables))
    assert isinstance(decided, Undecided)
    assert "steps" in decided.reason
