from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reconciler.plan import history_document
from reconciler.port import HistoryEntry
from reconciler.render import render_history

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


def test_a_registry_that_nobody_wrote_to_has_no_history(shop: Shop) -> None:
    with shop.hand():
        pass
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


def _revisions(shop: Shop, *arguments: str) -> list[int]:
    history = shop.ok("history", "--format", "json", *arguments).document["history"]
    return [entry["revision"] for entry in history]


def test_a_limit_shows_the_newest_and_counts_the_rest(applied: Shop) -> None:
    applied.edit("cart", expiry=30)
    assert _revisions(applied, "--limit", "2") == [2, 3]
    assert applied.ok("history", "--limit", "2", "--format", "json").document["omitted"] == 1
    assert applied.ok("history", "--limit", "2").out.startswith("# 1 earlier entry not shown\n\n   2 + guest created")
    assert "not shown" not in applied.ok("history", "--limit", "3").out


def test_what_is_older_is_left_out(applied: Shop) -> None:
    applied.edit("cart", expiry=30)  # at night, long ago
    assert _revisions(applied, "--since", "2026-03-01T02:30:00Z") == [1, 2, 3]
    assert _revisions(applied, "--since", "2026-03-01T02:30:01Z") == [1, 2]
    assert _revisions(applied, "--since", "1h") == [1, 2]


def test_writers_can_be_asked_for_by_name_or_pattern(applied: Shop) -> None:
    applied.edit("cart", expiry=30)
    assert _revisions(applied, "--actor", "alice") == [3]
    assert _revisions(applied, "--actor", "*@*") == [1, 2]
    assert applied.ok("history", "--actor", "bob").out == "No history that matches.\n"


def test_no_time_is_wrong_usage(applied: Shop) -> None:
    wrong = applied.run("history", "--since", "yesterday")
    assert wrong.code == 64
    assert "'--since'" in wrong.err
    assert "`7d`" in applied.ok("history", "--help").out


def test_a_mistyped_tag_is_met_with_the_one_that_was_meant_deleted_or_not(applied: Shop) -> None:
    applied.remove("guest")
    for mistyped, meant in (("crat", "cart"), ("gest", "guest")):
        unknown = applied.ok("history", mistyped)
        assert unknown.out == "No history.\n"
        assert f"no session type ever had the tag `{mistyped}` in this registry. Did you mean `{meant}`?" in unknown.err
    assert "guest deleted" in applied.ok("history", "guest").out
    assert applied.ok("history", "guest", "--since", "2100-01-01T00:00:00Z").out == "No history that matches.\n"


def test_a_manifest_that_was_not_applied_yet_has_no_history(applied: Shop) -> None:
    applied.write("reconciler.yaml", "manifests: [sessions/]\n")
    applied.session("fresh")
    assert "the manifest of `fresh` was not applied to this registry yet" in applied.ok("history", "fresh").err


def test_values_are_shown_where_a_manifest_says_which_are_sensitive_and_elsewhere_it_is_told(applied: Shop) -> None:
    applied.write("reconciler.yaml", "manifests: [sessions/]\n")
    applied.session("cart", lifecycle="{sensitive: [schema.details.email]}")
    applied.edit("cart", schema={"userId": "other", "details": {"email": "s3cret"}})
    shown = applied.ok("history", "cart")
    assert '~ schema.userId: "user_123" -> "other"' in shown.out
    assert "~ schema.details.email: (sensitive) -> (sensitive)" in shown.out
    assert shown.err == ""
    applied.write("sessions/cart.yaml", "name: [\n")
    masked = applied.ok("history")
    assert '"other"' not in masked.out
    assert masked.err.startswith("Note: sample values of cart are masked: ")


def test_revisions_of_any_length_keep_the_lines_in_step() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    entries = [HistoryEntry(n, "cart", "update", at, "ada", None, {"expiry": (1, 2)}) for n in (9, 123_456)]
    lines = render_history(history_document(entries, {})).splitlines()
    assert [line.index("~") for line in lines if "~" in line] == [7, 9, 7, 9]
    assert lines[0].startswith("     9 ~ cart updated by ada")
