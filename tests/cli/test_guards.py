from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

TWO_IN_A_FILE = """\
name: {name}
tag: {tag}
schema: {{userId: u}}
selector: $Session{{userId}}
expiry: 1
period: days
lifecycle: {{prevent_destroy: true}}
"""


def _refused(shop: Shop, *arguments: str, guard: str, lifted_by: str) -> str:
    """Make sure that plan shows the guard, that apply refuses and writes nothing, and return what apply says."""
    plan = shop.ok("plan", "sessions", *arguments)
    assert f"  {guard}: " in plan.out
    assert f"`{lifted_by}`" in plan.out
    before = shop.tree()
    refused = shop.run("apply", "sessions", "--auto-approve", *arguments)
    assert refused.code == 4
    assert f"  {guard}: " in refused.err
    assert f"`{lifted_by}`" in refused.err
    assert shop.tree() == before
    [entry] = shop.run("plan", "sessions", "--format", "json", *arguments).document["refusals"]
    assert (entry["guard"], entry["lifted_by"]) == (guard, lifted_by)
    return refused.err


@pytest.fixture
def conflict(applied: Shop) -> Shop:
    """Give a project whose cart was changed on both sides, differently."""
    applied.edit("cart", expiry=30)
    applied.session("cart", expiry=14)
    return applied


def test_a_conflict_is_refused_under_auto_approve(conflict: Shop) -> None:
    said = _refused(conflict, guard="conflict", lifted_by="--allow conflict:cart")
    assert "`expiry` of `cart`" in said


@pytest.mark.parametrize("allowed", ["conflict", "conflict:cart"])
def test_a_conflict_is_lifted_by_allow(conflict: Shop, allowed: str) -> None:
    conflict.apply("--allow", allowed)
    assert conflict.live("cart")["expiry"] == 14


@pytest.mark.parametrize("allowed", ["conflict:guest", "max-delete", "take-over"])
def test_a_conflict_is_not_lifted_by_another_allowance(conflict: Shop, allowed: str) -> None:
    assert conflict.run("apply", "sessions", "--auto-approve", "--allow", allowed).code == 4
    assert conflict.live("cart")["expiry"] == 30


def test_a_persons_yes_overwrites_a_conflict_and_a_no_does_not(conflict: Shop) -> None:
    assert conflict.run("apply", "sessions", stdin="no\n").code == 1
    assert conflict.live("cart")["expiry"] == 30
    shown = conflict.ok("apply", "sessions", stdin="yes\n")
    assert "conflict" in shown.out
    assert conflict.live("cart")["expiry"] == 14


def test_a_conflict_is_shown_before_the_other_changes(conflict: Shop) -> None:
    conflict.session("aaa")
    lines = conflict.ok("plan", "sessions").out.splitlines()
    conflict_at = next(at for at, line in enumerate(lines) if "# cart will be updated" in line)
    other_at = next(at for at, line in enumerate(lines) if "# aaa will be created" in line)
    assert conflict_at < other_at


def test_a_record_changed_on_both_sides_to_the_same_is_no_conflict(applied: Shop) -> None:
    applied.edit("cart", expiry=30)
    applied.session("cart", expiry=30)
    assert "conflict" not in applied.apply().text


def test_a_record_of_another_project_is_not_taken_over_unasked(applied: Shop) -> None:
    applied.write("reconciler.yaml", "project: other\n")
    applied.session("cart", expiry=14)
    said = _refused(applied, guard="take-over", lifted_by="--allow take-over:cart")
    assert "`default`" in said
    applied.apply("--allow", "take-over:cart")
    owner = applied.records()["cart"].managed_by
    assert owner is not None
    assert owner.project == "other"


def test_an_interactive_yes_does_not_take_over_another_projects_record(applied: Shop) -> None:
    applied.write("reconciler.yaml", "project: other\n")
    applied.session("cart", expiry=14)
    refused = applied.run("apply", "sessions", stdin="yes\n")
    assert refused.code == 4
    assert applied.live("cart")["expiry"] == 7


def test_a_protected_session_type_whose_tag_changes_in_place_is_not_deleted(shop: Shop) -> None:
    shop.write("sessions/cart.yaml", TWO_IN_A_FILE.format(name="Cart", tag="cart"))
    shop.apply()
    shop.write("sessions/cart.yaml", TWO_IN_A_FILE.format(name="Cart", tag="basket"))
    _refused(shop, "--prune", guard="prevent-destroy", lifted_by="--allow prevent-destroy:cart")
    shop.apply("--prune", "--allow", "prevent-destroy:cart")
    assert set(shop.records()) == {"basket"}


def test_a_selection_that_leaves_the_protecting_manifest_out_does_not_lift_its_protection(shop: Shop) -> None:
    shop.write("sessions/cart.yaml", TWO_IN_A_FILE.format(name="Cart", tag="cart"))
    shop.apply()
    shop.write("sessions/cart.yaml", TWO_IN_A_FILE.format(name="Cart", tag="basket"))
    refused = shop.run("apply", "sessions", "--auto-approve", "--prune", "--only", "cart")
    assert refused.code == 4
    assert "cart" in shop.records()


LIMITED = "targets: {local: {registry: 'sqlite:///.reconciler/registry.db', guard: {%s}}}\n"


def test_max_delete_names_the_numbers_and_what_lifts_it(applied: Shop) -> None:
    applied.write("reconciler.yaml", LIMITED % "max_delete: 0")
    (applied.root / "sessions/guest.yaml").unlink()
    said = _refused(applied, "--prune", guard="max-delete", lifted_by="--allow max-delete")
    assert "1 deletion; the target allows 0" in said
    applied.apply("--prune", "--allow", "max-delete")
    assert set(applied.records()) == {"cart"}


def test_max_update_names_the_numbers_and_what_lifts_it(applied: Shop) -> None:
    applied.write("reconciler.yaml", LIMITED % "max_update: 1")
    applied.session("cart", expiry=14)
    applied.run("plan", "sessions")
    applied.session("guest", expiry=2)
    said = _refused(applied, guard="max-update", lifted_by="--allow max-update")
    assert "2 updates; the target allows 1" in said
    applied.apply("--allow", "max-update")
    assert applied.live("guest")["expiry"] == 2


def test_max_breaking_names_the_numbers_and_what_lifts_it(applied: Shop) -> None:
    applied.write("reconciler.yaml", LIMITED % "max_breaking: 0")
    applied.session("cart", schema="{userId: user_123}")
    said = _refused(applied, guard="max-breaking", lifted_by="--allow max-breaking")
    assert "1 breaking change; the target allows 0" in said
    applied.apply("--allow", "max-breaking")


def test_a_limit_is_not_reached_by_as_many_changes_as_it_allows(applied: Shop) -> None:
    applied.write("reconciler.yaml", LIMITED % "max_update: 1, max_breaking: 1, max_delete: 1")
    applied.session("cart", schema="{userId: user_123}")
    (applied.root / "sessions/guest.yaml").unlink()
    applied.apply("--prune")


def test_a_guard_holds_for_a_saved_plan_too(applied: Shop) -> None:
    applied.session("cart", expiry=14)
    applied.save()
    applied.write(
        "reconciler.yaml", "targets: {local: {registry: 'sqlite:///.reconciler/registry.db', guard: {max_update: 0}}}"
    )
    refused = applied.run("apply", "--plan", "plan.json", "--auto-approve")
    assert refused.code == 4
    assert "--allow max-update" in refused.err
    applied.ok("apply", "--plan", "plan.json", "--auto-approve", "--allow", "max-update")


def test_several_guards_are_named_in_one_run(conflict: Shop) -> None:
    conflict.write("reconciler.yaml", LIMITED % "max_update: 0")
    refused = conflict.run("apply", "sessions", "--auto-approve")
    assert refused.code == 4
    assert "--allow conflict:cart" in refused.err
    assert "--allow max-update" in refused.err
    conflict.apply("--allow", "conflict:cart", "--allow", "max-update")


@pytest.mark.parametrize("prune", [(), ("--prune",)])
def test_zero_manifests_are_refused_by_plan_and_apply(applied: Shop, prune: tuple[str, ...]) -> None:
    for file in (applied.root / "sessions").iterdir():
        file.unlink()
    for command in (("plan",), ("apply", "--auto-approve")):
        refused = applied.run(*command, "sessions", *prune)
        assert refused.code == 4
        assert "No manifests were found" in refused.err
        assert "No changes" not in refused.text, "that would be a clean bill of health"
        assert "--allow empty-input" in refused.text
    assert set(applied.records()) == {"cart", "guest"}
    applied.ok("apply", "sessions", "--auto-approve", "--prune", "--allow", "empty-input")
    assert not applied.records()


def test_an_allowance_that_lifts_nothing_is_said(applied: Shop) -> None:
    done = applied.ok("apply", "sessions", "--auto-approve", "--allow", "prevent-destroy:crat")
    assert "Note: --allow prevent-destroy:crat lifts nothing here." in done.err


def test_a_lifted_guard_does_not_stand_in_the_way_any_more(conflict: Shop) -> None:
    done = conflict.apply("--allow", "conflict")
    assert "stand in the way" not in done.text


def test_a_saved_plan_does_not_get_around_the_guard_for_an_emptied_registry(applied: Shop) -> None:
    applied.remove("cart")
    applied.remove("guest")
    assert applied.run("plan", "sessions", "--out", "plan.json").code == 4
    refused = applied.run("apply", "--plan", "plan.json", "--auto-approve")
    assert refused.code == 4
    assert "--allow empty-input" in refused.err


def test_a_live_list_that_is_empty_where_the_last_apply_left_records_is_refused(applied: Shop) -> None:
    applied.remove("cart")
    applied.remove("guest")
    before = applied.tree()
    refused = applied.run("apply", "sessions", "--auto-approve")
    assert refused.code == 4
    assert "--allow" in refused.err
    assert applied.tree() == before


def test_a_refusal_leaves_one_json_document_that_names_the_guard(conflict: Shop) -> None:
    refused = conflict.run("apply", "sessions", "--auto-approve", "--format", "json")
    assert refused.code == 4
    assert refused.document["errored"] is True
    assert refused.document["refusals"][0]["guard"] == "conflict"
    assert refused.document["outcomes"] == []


def test_what_an_allowance_lifted_is_told(conflict: Shop) -> None:
    done = conflict.ok("apply", "sessions", "--auto-approve", "--allow", "conflict:cart")
    assert "Note: lifted by --allow conflict:cart: Git and live both changed" in done.err
