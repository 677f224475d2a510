from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Shop


def _stray(shop: Shop, tag: str = "stray") -> None:
    spec = shop.records()["cart"].spec
    assert spec is not None
    with shop.hand() as registry:
        registry.create(type(spec).from_json({**spec.to_json(), "tag": tag}))


def test_nothing_is_deleted_because_it_is_absent_but_the_withheld_deletion_is_shown(applied: Shop) -> None:
    (applied.root / "sessions/guest.yaml").unlink()
    plan = applied.run("plan", "sessions", "--detailed-exitcode")
    assert plan.code == 0
    [line] = [line for line in plan.out.splitlines() if line.strip().startswith("- guest")]
    assert "withheld, --prune deletes" in line
    assert "1 deletion withheld; --prune deletes." in plan.out.splitlines()
    applied.apply()
    assert set(applied.records()) == {"cart", "guest"}
    document = applied.ok("plan", "sessions", "--format", "json").document
    assert document["summary"] == {"create": 0, "update": 0, "delete": 0, "no_op": 1, "withheld": 1}
    [withheld] = [change for change in document["resource_changes"] if change["name"] == "guest"]
    assert withheld["change"]["actions"] == ["no-op"], "a policy engine must not see a deletion that won't happen"


def test_prune_deletes_what_this_project_owns_and_nothing_else(applied: Shop) -> None:
    _stray(applied)
    applied.session("foreign", path="theirs/foreign.yaml")
    applied.write("theirs/reconciler.yaml", "project: theirs\n")
    registry = f"sqlite:///{applied.root}/.reconciler/registry.db"
    applied.ok("apply", ".", "--auto-approve", "--registry", registry, cwd=applied.root / "theirs")
    (applied.root / "sessions/guest.yaml").unlink()
    done = applied.apply("--prune")
    assert "Plan: 0 to create, 0 to update, 1 to delete." in done.out.splitlines()
    assert "1 session type unmanaged: stray." in done.out.splitlines()
    assert "1 session type of other projects (theirs): foreign." in done.out.splitlines()
    assert set(applied.records()) == {"cart", "foreign", "stray"}
    assert "Apply complete! Session types: 0 created, 0 updated, 1 deleted." in done.out.splitlines()


def test_an_unmanaged_record_is_listed_and_left_alone(applied: Shop) -> None:
    _stray(applied)
    before = applied.history()
    plan = applied.run("plan", "sessions", "--prune", "--adopt", "--detailed-exitcode")
    assert plan.code == 0
    assert "1 session type unmanaged: stray." in plan.out.splitlines()
    applied.apply("--prune", "--adopt")
    assert applied.history() == before


def test_an_unmanaged_record_with_a_manifest_becomes_owned_and_the_plan_says_so(applied: Shop) -> None:
    _stray(applied)
    applied.session("stray", expiry=9)
    assert "becomes owned" in applied.apply().out
    owner = applied.records()["stray"].managed_by
    assert owner is not None
    assert owner.project == "default"


def test_only_and_skip_are_in_the_header_in_the_saved_plan_and_beside_no_changes(applied: Shop) -> None:
    applied.session("cart", expiry=14)
    applied.session("guest", expiry=2)
    plan = applied.ok("plan", "sessions", "--only", "c*", "--only", "g*", "--skip", "guest", "--out", "plan.json")
    header = plan.out.split("\n\n", maxsplit=1)[0]
    assert "only c* g*" in header
    assert "skip guest" in header
    assert "Plan: 0 to create, 1 to update, 0 to delete." in plan.out.splitlines()
    document = applied.ok("show", "plan.json", "--format", "json").document
    assert (document["source"]["only"], document["source"]["skip"]) == (["c*", "g*"], ["guest"])
    assert document["complete"] is False
    done = applied.ok("apply", "--plan", "plan.json", "--auto-approve")
    assert "skip guest" in done.out
    assert (applied.live("cart")["expiry"], applied.live("guest")["expiry"]) == (14, 1)
    rest = applied.ok("plan", "sessions", "--skip", "guest")
    assert "No changes in the selection." in rest.out
    assert "partial" in rest.out


def test_prune_with_a_selection_deletes_nothing_outside_it(applied: Shop) -> None:
    applied.session("third")
    applied.apply()
    for tag in ("cart", "guest"):
        (applied.root / f"sessions/{tag}.yaml").unlink()
    applied.apply("--prune", "--only", "cart")
    assert set(applied.records()) == {"guest", "third"}


def test_adopt_records_ownership_and_changes_nothing_else(applied: Shop) -> None:
    _stray(applied)
    applied.session("stray")
    assert applied.run("plan", "sessions", "--detailed-exitcode").code == 0
    plan = applied.run("plan", "sessions", "--adopt", "--detailed-exitcode")
    assert plan.code == 2
    assert "1 session type to record ownership of." in plan.out.splitlines()
    live = applied.live("stray")
    writes = len(applied.history())
    done = applied.apply("--adopt")
    assert "Ownership recorded of 1 session type." in done.out.splitlines()
    [entry] = applied.history()[writes:]
    assert (entry.action, dict(entry.changes)) == ("adopt", {})
    assert applied.live("stray") == live
    record = applied.records()["stray"]
    assert record.managed_by is not None
    assert record.managed_by.file == "sessions/stray.yaml"
    assert record.applied == record.spec
    assert applied.run("plan", "sessions", "--adopt", "--detailed-exitcode").code == 0


def test_adopt_does_not_take_anothers_record_unasked(applied: Shop) -> None:
    applied.write("reconciler.yaml", "project: other\n")
    refused = applied.run("apply", "sessions", "--auto-approve", "--adopt")
    assert refused.code == 4
    assert "--allow take-over:cart" in refused.err


def test_a_deletion_by_another_hand_that_git_followed_is_settled_by_an_apply(applied: Shop) -> None:
    applied.remove("guest")
    (applied.root / "sessions/guest.yaml").unlink()
    assert applied.run("drift", "sessions").code == 2
    done = applied.apply("--adopt")
    assert "ownership" not in done.out, "nothing of a deleted record is owned"
    assert "deletion" in done.out
    assert "guest" not in applied.records()
    assert applied.run("drift", "sessions").code == 0


def test_prune_settles_a_tombstone_too(applied: Shop) -> None:
    applied.remove("guest")
    (applied.root / "sessions/guest.yaml").unlink()
    applied.apply("--prune")
    assert "guest" not in applied.records()


def test_drift_says_how_a_deletion_that_git_followed_is_settled(applied: Shop) -> None:
    applied.remove("guest")
    (applied.root / "sessions/guest.yaml").unlink()
    drift = applied.run("drift", "sessions")
    assert "--adopt" in drift.out or "--prune" in drift.out, "a plain apply would leave it as it is, night for night"


def test_a_selection_that_lets_nothing_through_says_so(applied: Shop) -> None:
    plan = applied.ok("plan", "sessions", "--only", "crat")
    assert "No session type has a tag that --only and --skip let through." in plan.out.splitlines()


def test_of_many_unmanaged_session_types_the_first_are_named(applied: Shop) -> None:
    for number in range(12):
        _stray(applied, f"stray-{number:02}")
    plan = applied.ok("plan", "sessions")
    [note] = [line for line in plan.out.splitlines() if "unmanaged" in line]
    assert note.startswith("12 session types unmanaged: stray-00, ")
    assert note.endswith(", stray-09 and 2 more.")


def test_naming_one_file_neither_shows_nor_prunes_what_comes_from_the_others(applied: Shop) -> None:
    (applied.root / "sessions/guest.yaml").write_text("# nothing any more\n")
    plan = applied.ok("plan", "sessions/cart.yaml", "--prune")
    assert "No changes. The registry matches the manifests." in plan.out.splitlines()
    assert "1 session type from manifests that were not named: guest." in plan.out.splitlines()
    applied.ok("apply", "sessions/cart.yaml", "--prune", "--auto-approve")
    assert set(applied.records()) == {"cart", "guest"}
    applied.ok("apply", ".", "--prune", "--auto-approve")
    assert set(applied.records()) == {"cart"}


def test_a_record_of_another_project_that_a_manifest_asks_for_is_said(applied: Shop) -> None:
    applied.write("reconciler.yaml", "project: ours\n")
    plan = applied.ok("plan", "sessions")
    assert "`cart` belongs to the project default, and a manifest here asks for it too." in plan.out.splitlines()


def test_an_empty_selection_says_nothing_of_the_registry(applied: Shop) -> None:
    applied.session("cart", expiry=30)
    done = applied.apply("--only", "nope*")
    assert "No changes in the selection." in done.out.splitlines()
    assert "No session type has a tag that --only and --skip let through." in done.out.splitlines()
    assert "matches the manifests" not in done.text
    markdown = applied.ok("plan", "sessions", "--only", "nope*", "--format", "markdown").out
    assert "**No changes in the selection.**" in markdown
