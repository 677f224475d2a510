from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shop


@pytest.fixture
def saved(applied: Shop) -> Shop:
    """Give a project with a saved plan of one creation and two updates."""
    applied.session("cart", expiry=14)
    applied.session("guest", expiry=2)
    applied.session("third")
    applied.save()
    return applied


def test_a_saved_plan_is_carried_out_as_it_is_whatever_the_manifests_say_by_then(saved: Shop) -> None:
    saved.session("cart", expiry=99)
    done = saved.ok("apply", "--plan", "plan.json", "--auto-approve")
    assert "Apply complete! Session types: 1 created, 2 updated, 0 deleted." in done.out
    assert saved.live("cart")["expiry"] == 14


def test_plan_says_how_to_carry_out_what_was_saved(applied: Shop) -> None:
    applied.session("cart", expiry=14)
    assert "reconciler apply --plan plan.json" in applied.ok("plan", "sessions", "--out", "plan.json").out
    assert "--out" in applied.ok("plan", "sessions").out


def test_what_plan_says_to_type_works_as_it_stands(shop: Shop) -> None:
    shop.session("cart")
    here, other = (f"{{registry: 'sqlite:///.reconciler/{name}.db'}}" for name in ("here", "other"))
    targets = f"targets: {{here: {here}, other: {other}}}"
    shop.write("reconciler.yaml", f"manifests: [sessions/]\ndefault_target: here\n{targets}\n")
    out = shop.ok("plan", "--target", "other", "--product", "a b", "--out", "-the plan.json").out
    program, *words = shlex.split(out.rpartition(": ")[2])
    assert program == "reconciler"
    assert "1 created" in shop.ok(*words, "--auto-approve").out


def _edited(shop: Shop) -> None:
    shop.edit("cart", name="Moved")


def _deleted(shop: Shop) -> None:
    shop.remove("guest")


def _created(shop: Shop) -> None:
    spec = shop.records()["cart"].spec
    assert spec is not None
    with shop.hand() as registry:
        registry.create(type(spec).from_json({**spec.to_json(), "tag": "third"}))


@pytest.mark.parametrize(("move", "tag"), [(_edited, "cart"), (_deleted, "guest"), (_created, "third")])
def test_a_saved_plan_is_refused_whole_once_anyone_moved_a_record_of_it(
    saved: Shop, move: Callable[[Shop], None], tag: str
) -> None:
    move(saved)
    before = saved.tree()
    refused = saved.run("apply", "--plan", "plan.json", "--auto-approve")
    assert refused.code == 5
    assert f"`{tag}`" in refused.err
    assert "alice" in refused.err
    assert "2026-03-01T02:30:00Z" in refused.err
    assert saved.tree() == before


def test_a_record_that_is_not_in_the_plan_may_move(saved: Shop) -> None:
    saved.session("fourth", path="other/fourth.yaml")
    saved.ok("apply", "other", "--auto-approve")
    saved.edit("fourth", expiry=3)
    saved.ok("apply", "--plan", "plan.json", "--auto-approve")


def test_a_saved_plan_is_not_applied_twice(saved: Shop) -> None:
    saved.ok("apply", "--plan", "plan.json", "--auto-approve")
    before = saved.tree()
    again = saved.run("apply", "--plan", "plan.json", "--auto-approve")
    assert again.code == 5
    assert "applied already" in again.err
    assert saved.tree() == before


def test_a_saved_plan_is_not_applied_twice_even_when_the_first_apply_was_undone(saved: Shop) -> None:
    saved.ok("apply", "--plan", "plan.json", "--auto-approve")
    saved.session("cart")
    saved.session("guest", expiry=1)
    saved.apply()
    assert saved.run("apply", "--plan", "plan.json", "--auto-approve").code == 5


def _alter_value(document: dict[str, Any]) -> None:
    document["resource_changes"][0]["change"]["after"]["expiry"] = 1000


def _alter_precondition(document: dict[str, Any]) -> None:
    document["resource_changes"][0]["precondition"]["revision"] += 1


def _drop_a_change(document: dict[str, Any]) -> None:
    del document["resource_changes"][0]


def _drop_the_digest(document: dict[str, Any]) -> None:
    del document["digest"]


def _other_version(document: dict[str, Any]) -> None:
    document["format_version"] = "2.0"


@pytest.mark.parametrize(
    ("alter", "said"),
    [
        (_alter_value, "altered"),
        (_alter_precondition, "altered"),
        (_drop_a_change, "altered"),
        (_drop_the_digest, "digest"),
        (_other_version, "'2.0'"),
    ],
)
def test_an_altered_plan_or_one_of_another_version_is_refused(
    saved: Shop, alter: Callable[[dict[str, Any]], None], said: str
) -> None:
    file = saved.root / "plan.json"
    document = json.loads(file.read_text())
    alter(document)
    file.write_text(json.dumps(document))
    before = saved.tree()
    for command in (("apply", "--auto-approve", "--plan"), ("show",)):
        refused = saved.run(*command, "plan.json")
        assert refused.code == 1
        assert said in refused.err
        assert "anew" in refused.err
    assert saved.tree() == before


def test_a_plan_laid_out_anew_is_the_same_plan(saved: Shop) -> None:
    file = saved.root / "plan.json"
    file.write_text(json.dumps(json.loads(file.read_text()), sort_keys=True))
    saved.ok("apply", "--plan", "plan.json", "--auto-approve")


@pytest.mark.parametrize(
    ("elsewhere", "said"),
    [(("--product", "other"), "--product default"), (("--registry", "sqlite:///other.db"), "--registry sqlite:")],
)
def test_a_plan_for_elsewhere_is_refused_and_says_where_it_belongs(
    saved: Shop, elsewhere: tuple[str, str], said: str
) -> None:
    before = saved.tree()
    refused = saved.run("apply", "--plan", "plan.json", "--auto-approve", *elsewhere)
    assert refused.code == 1
    assert said in refused.err
    assert saved.tree() == before


def test_a_plan_is_not_carried_out_on_another_registry_that_has_the_same_relative_url(applied: Shop) -> None:
    applied.session("third")
    applied.save()
    elsewhere = applied.root / "elsewhere"
    elsewhere.mkdir()
    refused = applied.run("apply", "--plan", "../plan.json", "--auto-approve", cwd=elsewhere)
    assert refused.code in {1, 5}
    assert "revision 0" in refused.err
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", "not json", "{", '{"format_version": "1.2"}', "[" * 9999])
def test_what_is_no_plan_is_refused_without_a_traceback(shop: Shop, content: str) -> None:
    shop.write("plan.json", content)
    for command in (("apply", "--auto-approve", "--plan"), ("show",)):
        refused = shop.run(*command, "plan.json")
        assert refused.code == 1
        assert "plan.json" in refused.err


def test_the_error_document_of_a_failed_plan_is_no_plan_to_apply(shop: Shop) -> None:
    shop.session("cart", expiry=0)
    failed = shop.run("plan", "sessions", "--format", "json")
    shop.write("plan.json", failed.out)
    assert shop.run("apply", "--plan", "plan.json", "--auto-approve").code == 1


def test_what_plan_prints_as_json_can_be_applied_as_well(applied: Shop) -> None:
    applied.session("cart", expiry=14)
    applied.write("plan.json", applied.ok("plan", "sessions", "--format", "json").out)
    applied.ok("apply", "--plan", "plan.json", "--auto-approve")
    assert applied.live("cart")["expiry"] == 14


def test_a_plan_is_saved_in_one_step_and_a_failure_to_save_is_an_error(applied: Shop) -> None:
    failed = applied.run("plan", "sessions", "--out", "no/such/folder/plan.json")
    assert failed.code == 1
    assert "no/such/folder/plan.json" in failed.err
    applied.save()
    assert [path.name for path in applied.root.iterdir() if path.name.startswith(".plan")] == []


def test_a_saved_plan_that_prunes_deletes_only_what_it_showed(applied: Shop) -> None:
    (applied.root / "sessions/guest.yaml").unlink()
    applied.save("plan.json", "--prune")
    (applied.root / "sessions/cart.yaml").unlink()
    done = applied.ok("apply", "--plan", "plan.json", "--auto-approve")
    assert "0 created, 0 updated, 1 deleted" in done.out
    assert set(applied.records()) == {"cart"}


def test_a_saved_plan_without_changes_is_carried_out_as_nothing(applied: Shop) -> None:
    applied.save()
    assert "No changes." in applied.ok("apply", "--plan", "plan.json").out


def test_a_saved_plan_still_needs_a_yes(saved: Shop) -> None:
    assert saved.run("apply", "--plan", "plan.json", stdin="y\n").code == 1
    assert saved.run("apply", "--plan", "plan.json", stdin="yes\n").code == 0


def test_show_renders_the_saved_plan_as_plan_did(saved: Shop) -> None:
    (saved.root / "sessions").rename(saved.root / "gone")
    shown = saved.ok("show", "plan.json")
    assert "Plan: 1 to create, 2 to update, 0 to delete." in shown.out.splitlines()
    assert "sessions/cart.yaml:9" in shown.out
    document = saved.ok("show", "plan.json", "--format", "json").document
    assert document == json.loads((saved.root / "plan.json").read_text())
