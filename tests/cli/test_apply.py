from __future__ import annotations

import shutil
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

NO_CHANGES = "No changes. The registry matches the manifests."


def test_apply_of_the_examples_on_an_empty_folder_creates_all_and_a_second_one_writes_nothing(shop: Shop) -> None:
    from tests.cli.conftest import REPOSITORY  # noqa: PLC0415

    shutil.copytree(REPOSITORY / "examples" / "sessions", shop.root / "examples" / "sessions")
    first = shop.ok("apply", "examples/sessions", "--auto-approve")
    count = len(shop.records())
    assert count >= 8
    assert f"Plan: {count} to create, 0 to update, 0 to delete." in first.out.splitlines()
    assert f"Apply complete! Session types: {count} created, 0 updated, 0 deleted." in first.out.splitlines()
    history = shop.history()
    assert [entry.action for entry in history] == ["create"] * count
    again = shop.ok("apply", "examples/sessions", "--auto-approve")
    assert NO_CHANGES in again.out.splitlines()
    assert shop.history() == history


def test_a_changed_expiry_is_one_update_whose_history_entry_holds_only_the_expiry(applied: Shop) -> None:
    before = len(applied.history())
    applied.session("cart", expiry=14)
    plan = applied.run("plan", "sessions", "--detailed-exitcode")
    assert plan.code == 2
    [line] = [line for line in plan.out.splitlines() if "7 -> 14" in line]
    assert "sessions/cart.yaml:9" in line
    assert "Plan: 0 to create, 1 to update, 0 to delete." in plan.out.splitlines()
    done = applied.apply()
    assert "Apply complete! Session types: 0 created, 1 updated, 0 deleted." in done.out.splitlines()
    [entry] = applied.history()[before:]
    assert (entry.action, entry.tag, dict(entry.changes)) == ("update", "cart", {"expiry": (7, 14)})


@pytest.mark.parametrize(
    "spelling",
    [
        {"expiry": 24, "period": "hours"},
        {"expiry": 1440, "period": "mins"},
        {"expiry": 1440, "period": "minutes"},
        {"expiry": 86400, "period": "secs"},
        {"expiry": "1.0e0"},
        {"period": "day"},
        {"schema": "{details: {email: ade@example.com}, userId: user_123}"},
        {"schema": '{"userId": "user_123", "details": {"email": "ade@example.com"}}'},
    ],
    ids=str,
)
def test_another_spelling_of_the_same_session_type_is_no_change(shop: Shop, spelling: dict[str, Any]) -> None:
    shop.session("cart", expiry=1, period="days")
    shop.apply()
    fields: dict[str, Any] = {"expiry": 1, "period": "days"} | spelling
    shop.session("cart", **fields)
    plan = shop.run("plan", "sessions", "--detailed-exitcode")
    assert plan.code == 0, plan.text
    assert NO_CHANGES in plan.out.splitlines()


def test_a_whole_number_spelled_as_a_decimal_is_no_change_but_true_for_one_is(shop: Shop) -> None:
    shop.session("cart", schema="{userId: u, visits: 1}")
    shop.apply()
    shop.session("cart", schema="{userId: u, visits: 1.0}")
    assert shop.run("plan", "sessions", "--detailed-exitcode").code == 0
    shop.session("cart", schema="{userId: u, visits: true}")
    plan = shop.run("plan", "sessions", "--detailed-exitcode")
    assert plan.code == 2
    [line] = [line for line in plan.out.splitlines() if "schema.visits" in line]
    assert "1 -> true" in line
    assert "breaking" in line
    shop.apply()
    assert shop.live("cart")["schema"]["visits"] is True


def test_apply_sends_only_the_changed_fields_each_whole(applied: Shop) -> None:
    applied.session("cart", name="Buyer", schema="{userId: user_123, details: {email: eve@example.com}}")
    applied.apply()
    entry = applied.history()[-1]
    assert set(entry.changes) == {"name", "schema"}


def test_drift_alone_is_reverted_by_apply(applied: Shop) -> None:
    applied.edit("cart", expiry=30)
    done = applied.apply()
    assert "1 updated" in done.out
    assert applied.live("cart")["expiry"] == 7
    assert applied.run("drift", "sessions").code == 0


def test_apply_creates_anew_what_another_hand_deleted(applied: Shop) -> None:
    applied.remove("cart")
    done = applied.apply()
    assert "another hand deleted it" in done.out
    assert "Apply complete! Session types: 1 created, 0 updated, 0 deleted." in done.out.splitlines()
    assert applied.run("drift", "sessions").code == 0


def test_a_live_record_that_equals_its_manifest_needs_no_call_owned_or_not(shop: Shop) -> None:
    shop.session("cart")
    shop.apply()
    shop.write("elsewhere/reconciler.yaml", "project: other\n")
    shop.session("cart", path="elsewhere/cart.yaml")
    other = shop.root / "elsewhere"
    registry = f"sqlite:///{shop.root}/.reconciler/registry.db"
    plan = shop.run("plan", "cart.yaml", "--detailed-exitcode", "--registry", registry, cwd=other)
    assert plan.code == 0, plan.text
    assert NO_CHANGES in plan.out


def test_apply_records_project_file_and_commit_with_each_write(shop: Shop) -> None:
    shop.session("cart")
    shop.apply(environment={"RECONCILER_ACTOR": "ci-bot"})
    [entry] = shop.history()
    assert entry.actor == "ci-bot"
    assert entry.source is not None
    assert (entry.source.project, entry.source.file) == ("default", "sessions/cart.yaml")


def test_json_output_of_apply_is_the_plan_with_the_outcome_of_each_call(shop: Shop) -> None:
    shop.session("cart")
    document = shop.apply("--format", "json").document
    assert document["errored"] is False
    assert document["outcomes"] == [{"name": "cart", "action": "create", "status": "done", "error": None}]
    assert document["summary"]["create"] == 1


def test_the_registry_of_an_older_release_is_brought_up_to_date(applied: Shop) -> None:
    with sqlite3.connect(applied.root / ".reconciler" / "registry.db") as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'session_%'")
        for (table,) in found.fetchall():
            if table != "session_types":
                connection.execute(f"DROP TABLE {table}")
        connection.execute("UPDATE reconciler_version SET version_num = '0002'")
    connection.close()
    refused = applied.run("plan", "sessions")
    assert refused.code == 7
    assert "Run `reconciler apply`" in refused.err
    done = applied.ok("apply", "sessions", "--auto-approve")
    assert "Note: the registry's tables were those of an older release; they are up to date now." in done.err
    assert "No changes." in done.out
    assert "older release" not in applied.ok("apply", "sessions", "--auto-approve").err
