"""What must not happen unasked, and what lifts it."""

import pytest

from reconciler.plan import Former, Guard, Limits, Plan, Refusal, check_guards, not_allowed, with_impacts
from reconciler.port import Impact
from tests.builders import desired, plan_of, record, session_type


def _changing(count: int, **fields: object) -> Plan:
    wanted = [desired(session_type(f"t{at}", **fields)) for at in range(count)]
    live = [record(session_type(f"t{at}"), applied=session_type(f"t{at}")) for at in range(count)]
    return plan_of(wanted, live)


def _guards(plan: Plan, limits: Limits = Limits(), manifests: int = 1) -> list[tuple[Guard, str | None]]:
    return [(each.guard, each.tag) for each in check_guards(plan, limits, manifests=manifests)]


def test_an_ordinary_plan_is_not_refused() -> None:
    assert _guards(_changing(3, expiry=1)) == []


def test_no_manifests_at_all_are_refused() -> None:
    assert _guards(plan_of(), manifests=0) == [(Guard.EMPTY_INPUT, None)]


def test_a_conflict_is_refused_with_the_fields_named() -> None:
    plan = plan_of([desired(session_type(expiry=1))], [record(session_type(expiry=2), applied=session_type())])
    (refusal,) = check_guards(plan, Limits(), manifests=1)
    assert "`expiry`" in refusal.reason
    assert refusal.lifted_by == "--allow conflict:user"


def test_another_projects_record_is_refused_with_its_owner_named() -> None:
    plan = plan_of([desired(session_type(expiry=1))], [record(session_type(), project="other")])
    (refusal,) = check_guards(plan, Limits(), manifests=1)
    assert "`other`" in refusal.reason
    assert refusal.lifted_by == "--allow take-over:user"


def test_an_equal_record_of_another_project_is_left_alone() -> None:
    plan = plan_of([desired(session_type())], [record(session_type(), project="other")])
    assert _guards(plan) == []


def test_prevent_destroy_refuses_a_pruned_deletion() -> None:
    wanted = desired(session_type("kept"), prevent_destroy=True)
    gone = record(session_type("gone"), applied=session_type("gone"))
    assert _guards(plan_of([wanted], [gone], prune=True)) == [(Guard.PREVENT_DESTROY, "gone")]
    assert _guards(plan_of([wanted], [gone])) == [], "what is withheld needs no guard"


@pytest.mark.parametrize(("limit", "refused"), [(None, False), (3, False), (2, True), (0, True)])
def test_updates_over_the_limit_are_refused_with_both_numbers(limit: int | None, refused: bool) -> None:
    refusals = check_guards(_changing(3, expiry=1), Limits(max_update=limit), manifests=3)
    assert [each.guard for each in refusals] == ([Guard.MAX_UPDATE] if refused else [])
    for each in refusals:
        assert "3 updates" in each.reason
        assert f"allows {limit}" in each.reason
        assert each.lifted_by == "--allow max-update"


def test_breaking_changes_and_deletions_have_limits_of_their_own() -> None:
    breaking = _changing(1, selector="$Session{details}{email}")
    assert _guards(breaking, Limits(max_breaking=0)) == [(Guard.MAX_BREAKING, None)]
    pruned = plan_of([], [record(session_type(), applied=session_type())], prune=True)
    assert _guards(pruned, Limits(max_delete=0)) == [(Guard.MAX_DELETE, None)]


def test_an_allowance_lifts_a_guard_for_all_or_for_one() -> None:
    refusals = tuple(Refusal(Guard.CONFLICT, "", tag) for tag in ("a", "b"))
    assert not_allowed(refusals, frozenset({(Guard.CONFLICT, None)})) == ()
    assert not_allowed(refusals, frozenset({(Guard.CONFLICT, "a")})) == refusals[1:]
    assert not_allowed(refusals, frozenset({(Guard.TAKE_OVER, None)})) == refusals


def test_a_registry_without_a_live_record_where_some_were_applied_is_refused() -> None:
    gone = [record(None, applied=session_type(tag)) for tag in ("a", "b")]
    refused = check_guards(plan_of([desired(session_type("a"))], gone), Limits(), manifests=1)
    assert [(each.guard, each.lifted_by) for each in refused] == [(Guard.EMPTY_INPUT, "--allow empty-input")]
    assert "left 2" in refused[0].reason
    one_lives = [*gone, record(session_type("c"))]
    assert _guards(plan_of([desired(session_type("a"))], one_lives)) == []


def test_protection_does_not_depend_on_the_selection() -> None:
    kept = desired(session_type("kept"), prevent_destroy=True)
    gone = record(session_type("gone"), applied=session_type("gone"))
    assert _guards(plan_of([kept], [gone], prune=True, only=["gone"])) == [(Guard.PREVENT_DESTROY, "gone")]


def _reaching(*numbers: int | None, **fields: object) -> Plan:
    plan = _changing(len(numbers), **(fields or {"expiry": 1}))
    return with_impacts(plan, {f"t{at}": Impact(number) for at, number in enumerate(numbers)})


@pytest.mark.parametrize(("limit", "refused"), [(None, False), (30, False), (29, True), (0, True)])
def test_the_live_sessions_of_all_risky_changes_count_together(limit: int | None, refused: bool) -> None:
    refusals = check_guards(_reaching(10, 20, 0), Limits(max_live_sessions=limit), manifests=3)
    assert [(each.guard, each.lifted_by) for each in refusals] == (
        [(Guard.MAX_LIVE_SESSIONS, "--allow max-live-sessions")] if refused else []
    )


def test_an_unknown_number_is_not_taken_for_none() -> None:
    limits = Limits(max_live_sessions=100)
    (refusal,) = check_guards(_reaching(10, None), limits, manifests=2)
    assert "can't tell" in refusal.reason
    assert "`t1`" in refusal.reason
    (refusal,) = check_guards(_reaching(1_000, None), limits, manifests=2)
    assert "1,000 live sessions, and an unknown number of `t1`" in refusal.reason
    assert _guards(_changing(2, expiry=1), limits) == [(Guard.MAX_LIVE_SESSIONS, None)]


def test_a_deletion_touches_sessions_and_what_is_safe_or_withheld_does_not() -> None:
    limits = Limits(max_live_sessions=0)
    gone = record(session_type("gone"), applied=session_type("gone"))
    assert _guards(plan_of([], [gone], prune=True), limits) == [(Guard.MAX_LIVE_SESSIONS, None)]
    assert _guards(plan_of([], [gone]), limits) == []
    assert _guards(_reaching(5, expiry=8), limits) == []
    assert _guards(plan_of([desired(session_type("new"))]), limits) == []


def test_what_git_says_of_a_former_manifest_protects() -> None:
    gone = record(session_type("gone"), applied=session_type("gone"))
    former = {"gone": Former(prevent_destroy=True)}
    assert _guards(plan_of([], [gone], prune=True, former=former)) == [(Guard.PREVENT_DESTROY, "gone")]
    assert _guards(plan_of([], [gone], prune=True, former={"gone": Former(prevent_destroy=False)})) == []
