from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

NIGHT = "2026-03-01T02:30:00Z"


def test_an_edit_by_another_hand_is_drift_with_who_when_and_which_fields(applied: Shop) -> None:
    applied.edit("cart", expiry=30, name="Hacked")
    drift = applied.run("drift", "sessions")
    assert drift.code == 2
    assert f"cart was changed by alice at {NIGHT}" in drift.out
    assert 'name:   "Shopper" -> "Hacked"' in drift.out
    assert "expiry: 7 -> 30 days" in drift.out
    assert "guest" not in drift.out
    assert "Drift: 1 changed, 0 deleted." in drift.out.splitlines()


def test_plan_marks_the_edited_field_as_drift_and_the_other_as_pending(applied: Shop) -> None:
    applied.edit("cart", expiry=30)
    applied.session("cart", name="Buyer")
    lines = applied.ok("plan", "sessions").out.splitlines()
    [drifted] = [line for line in lines if "30 -> 7" in line]
    [pending] = [line for line in lines if '"Shopper" -> "Buyer"' in line]
    assert "# disruptive, drift, sessions/cart.yaml:9" in drifted
    assert "drift" not in pending
    assert "sessions/cart.yaml:1" in pending
    fields = {
        field["path"]: field["origin"]
        for change in applied.ok("plan", "sessions", "--format", "json").document["resource_changes"]
        for field in change["fields"]
    }
    assert fields == {"expiry": "drift", "name": "pending"}


def test_a_deletion_by_another_hand_is_drift_with_who_and_when(applied: Shop) -> None:
    applied.remove("cart")
    drift = applied.run("drift", "sessions")
    assert drift.code == 2
    assert f"- cart was deleted by alice at {NIGHT}" in drift.out
    assert "Drift: 0 changed, 1 deleted." in drift.out.splitlines()
    assert "`reconciler apply` reverts drift." in drift.out.splitlines(), "what is gone can't be pulled"


def test_drift_in_json_says_who_and_when_beside_the_applied_and_the_live_values(applied: Shop) -> None:
    applied.edit("cart", expiry=30)
    applied.remove("guest")
    drift = applied.run("drift", "sessions", "--format", "json")
    assert drift.code == 2
    cart, guest = drift.document["resource_drift"]
    assert cart["changed_by"] == {"actor": "alice", "at": NIGHT}
    assert (cart["change"]["before"]["expiry"], cart["change"]["after"]["expiry"]) == (7, 30)
    assert [(field["path"], field["origin"]) for field in cart["fields"]] == [("expiry", "drift")]
    assert guest["change"]["actions"] == ["delete"]
    assert guest["change"]["after"] is None
    assert guest["changed_by"]["actor"] == "alice"


def test_a_pending_change_is_a_note_and_no_drift(applied: Shop) -> None:
    applied.session("cart", expiry=14)
    drift = applied.ok("drift", "sessions")
    assert "No drift." in drift.out
    assert "1 session type with unapplied changes in git" in drift.out


def test_drift_works_without_a_single_manifest(applied: Shop) -> None:
    applied.edit("cart", expiry=30)
    drift = applied.run("drift")
    assert drift.code == 2
    assert "cart was changed by alice" in drift.out
    assert "expiry: 7 -> 30 days" in drift.out


def test_an_unmanaged_record_is_a_note_unless_strict_counts_it(applied: Shop) -> None:
    applied.edit("cart", expiry=30)
    applied.apply()
    with applied.hand() as registry:
        spec = applied.records()["cart"].spec
        assert spec is not None
        registry.create(type(spec).from_json({**spec.to_json(), "tag": "stray"}))
    drift = applied.ok("drift", "sessions")
    assert "1 session type unmanaged: stray." in drift.out
    assert applied.run("drift", "sessions", "--strict").code == 2
    assert applied.run("drift", "sessions", "--strict", "--skip", "stray").code == 0


def test_strict_drift_of_unmanaged_records_alone_does_not_end_with_the_words_no_drift(applied: Shop) -> None:
    with applied.hand() as registry:
        spec = applied.records()["cart"].spec
        assert spec is not None
        registry.create(type(spec).from_json({**spec.to_json(), "tag": "stray"}))
    drift = applied.run("drift", "sessions", "--strict")
    assert drift.code == 2
    assert "stray" in drift.out
    assert "No drift." not in drift.out


def test_an_ignored_field_does_not_drift(shop: Shop) -> None:
    shop.session("cart", lifecycle="{ignore_changes: [description, schema.details.email]}")
    shop.apply()
    shop.edit("cart", description="edited", schema={"userId": "user_123", "details": {"email": "x@y.z"}})
    assert shop.run("drift", "sessions").code == 0
    assert shop.run("plan", "sessions", "--detailed-exitcode").code == 0


def test_drift_that_the_manifest_took_up_is_settled_by_adopting_it(applied: Shop) -> None:
    applied.edit("cart", expiry=30)
    applied.session("cart", expiry=30)
    drift = applied.run("drift", "sessions")
    assert drift.code == 2
    assert "converged" in drift.out
    assert "Where the manifest has the live value already, `reconciler apply --adopt` records it." in drift.out
    assert "reverts drift" not in drift.out, "there is nothing to revert"
    assert "reconciler pull" not in drift.out
    writes = len(applied.history())
    adopted = applied.apply("--adopt")
    assert "Ownership recorded of 1 session type." in adopted.out
    [entry] = applied.history()[writes:]
    assert (entry.action, entry.tag, dict(entry.changes)) == ("adopt", "cart", {})
    assert applied.run("drift", "sessions").code == 0


def test_a_record_owned_by_another_project_never_drifts_for_this_one(applied: Shop) -> None:
    applied.edit("cart", expiry=30)
    applied.write("reconciler.yaml", "project: other\n")
    drift = applied.ok("drift", "sessions")
    assert "alice" not in drift.out


@pytest.mark.parametrize("selection", [("--only", "guest"), ("--skip", "cart")])
def test_what_was_not_looked_at_is_not_said_to_be_as_applied(applied: Shop, selection: tuple[str, str]) -> None:
    applied.edit("cart", name="Moved")
    told = applied.ok("drift", "sessions", *selection).out
    assert "No drift. Every owned session type that --only and --skip let through is as it was last applied." in told


def test_a_changed_record_without_a_manifest_can_be_pulled_and_apply_does_not_revert_it(applied: Shop) -> None:
    applied.edit("cart", expiry=30)
    (applied.root / "sessions/cart.yaml").unlink()
    lines = applied.run("drift", "sessions").out.splitlines()
    assert "`reconciler pull TAG` writes live values into the manifest, to keep them." in lines


TAKEN = "`cart` belongs to the project team-b, and a manifest here asks for it too."


def _taken_over(shop: Shop) -> None:
    """Let another project take `cart` over, with another lifetime."""
    shop.write("team-b/reconciler.yaml", "project: team-b\n")
    shop.session("cart", path="team-b/cart.yaml", expiry=1)
    registry = f"sqlite:///{shop.root}/.reconciler/registry.db"
    take = ("--auto-approve", "--registry", registry, "--allow", "take-over:cart")
    shop.ok("apply", ".", *take, cwd=shop.root / "team-b")


def test_a_record_that_another_project_took_over_is_told_first_and_is_no_change_in_git(applied: Shop) -> None:
    _taken_over(applied)
    drift = applied.ok("drift", "sessions")
    verdict = drift.out.rstrip().splitlines()[3:]
    assert verdict[:2] == [TAKEN, "No drift in what this project owns."]
    assert drift.out.count(TAKEN) == 1
    assert "unapplied changes in git" not in drift.out
    assert "Every owned session type is as it was last applied" not in drift.out


def test_a_taken_over_record_is_told_beside_drift_of_others(applied: Shop) -> None:
    _taken_over(applied)
    applied.edit("guest", expiry=3)
    drift = applied.run("drift", "sessions")
    assert drift.code == 2
    assert "Drift: 1 changed, 0 deleted." in drift.out.splitlines()
    assert drift.out.count(TAKEN) == 1


def test_every_format_of_drift_tells_what_another_project_took_over(applied: Shop) -> None:
    _taken_over(applied)
    document = applied.ok("drift", "sessions", "--format", "json").document
    assert document["foreign"] == [{"name": "cart", "project": "team-b", "wanted": True}]
    markdown = applied.ok("drift", "sessions", "--format", "markdown").out
    assert "**&#96;cart&#96; belongs to the project team-b, and a manifest here asks for it too.**" in markdown
    github = applied.ok("drift", "sessions", "--format", "github").out.splitlines()
    assert TAKEN in github[-1]
