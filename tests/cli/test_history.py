from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Shop


def test_every_write_is_told_with_who_when_and_from_where(applied: Shop) -> None:
    applied.edit("cart", expiry=30)
    applied.remove("guest")
    text = applied.ok("history").out
    blocks = [block.splitlines() for block in text.strip().split("\n\n")]
    assert len(blocks) == 4
    assert "cart created by" in blocks[0][0]
    assert "applied from project default, sessions/cart.yaml" in blocks[0][1]
    assert "cart updated by alice at 2026-03-01T02:30:00Z" in blocks[2][0]
    assert "by another hand" in blocks[2][1]
    assert "expiry: 7 -> 30" in blocks[2][2]
    assert "guest deleted by alice" in blocks[3][0]


def test_one_tag_and_what_came_after_a_revision_can_be_asked_for(applied: Shop) -> None:
    applied.edit("cart", expiry=30)
    assert "guest" not in applied.ok("history", "cart").out
    after = applied.ok("history", "--after", "2", "--format", "json").document["history"]
    assert [entry["tag"] for entry in after] == ["cart"]


def test_json_tells_the_same(applied: Shop) -> None:
    applied.edit("cart", expiry=30)
    document = applied.ok("history", "cart", "--format", "json").document
    created, edited = document["history"]
    assert (created["action"], created["source"]["project"], created["source"]["file"]) == (
        "create",
        "default",
        "sessions/cart.yaml",
    )
    assert (edited["action"], edited["actor"], edited["source"]) == ("update", "alice", None)
    assert edited["at"].startswith("2026-03-01T02:30:00")
    assert edited["changes"] == {"expiry": {"before": 7, "after": 30}}
    assert [entry["revision"] for entry in document["history"]] == [1, 3]


def test_json_times_are_spelled_as_in_the_plan_document(applied: Shop) -> None:
    applied.edit("cart", expiry=30)
    told = applied.ok("history", "cart", "--format", "json").document["history"][1]["at"]
    drift = applied.run("drift", "--format", "json").document["resource_drift"][0]["changed_by"]["at"]
    assert told == drift


def test_a_registry_that_is_not_there_has_no_history(shop: Shop) -> None:
    assert shop.ok("history").out == "No history.\n"
    assert shop.ok("history", "--format", "json").document["history"] == []


def test_the_actor_of_an_apply_is_who_ran_it_unless_the_environment_says_otherwise(shop: Shop) -> None:
    shop.session("cart")
    shop.apply(environment={"LOGNAME": "grace", "USER": "grace"})
    shop.session("guest")
    shop.apply(environment={"RECONCILER_ACTOR": "github:ada"})
    actors = [entry.actor for entry in shop.history()]
    assert actors[0].startswith("grace@")
    assert actors[1] == "github:ada"
