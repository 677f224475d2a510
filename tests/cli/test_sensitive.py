from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

OLD, NEW = "s3cr3t-old-value", "s3cr3t-new-value"
SENSITIVE = "{sensitive: [schema.apiKey]}"


def _write(shop: Shop, key: str, **fields: Any) -> None:
    shop.session("cart", schema=f"{{userId: u, apiKey: {key}}}", lifecycle=SENSITIVE, **fields)


@pytest.fixture
def secretive(shop: Shop) -> Shop:
    """Give a project whose session type has a sensitive value that is about to change."""
    _write(shop, OLD)
    shop.apply()
    _write(shop, NEW)
    return shop


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("verb", ["plan", "drift", "apply"])
def test_a_sensitive_value_shows_up_nowhere_old_or_new(secretive: Shop, verb: str, form: str) -> None:
    secretive.edit("cart", schema={"userId": "u", "apiKey": "s3cr3t-by-another-hand"})
    approval = ["--auto-approve", "--allow", "conflict"] if verb == "apply" else []
    result = secretive.run(verb, "sessions", "--format", form, *approval)
    assert result.code in {0, 2}
    assert "schema.apiKey" in result.text
    assert "s3cr3t" not in result.text


def test_a_saved_plan_holds_no_sensitive_value_and_is_applied_right_all_the_same(secretive: Shop) -> None:
    plan = secretive.save()
    assert "s3cr3t" not in plan.read_text()
    assert "schema.apiKey" in plan.read_text()
    for form in ("text", "json"):
        assert "s3cr3t" not in secretive.ok("show", "plan.json", "--format", form).text
    done = secretive.ok("apply", "--plan", "plan.json", "--auto-approve")
    assert "s3cr3t" not in done.text
    assert secretive.live("cart")["schema"] == {"userId": "u", "apiKey": NEW}


def test_a_creation_from_a_saved_plan_gets_the_sensitive_value(shop: Shop) -> None:
    _write(shop, NEW)
    assert "s3cr3t" not in shop.save().read_text()
    shop.ok("apply", "--plan", "plan.json", "--auto-approve")
    assert shop.live("cart")["schema"]["apiKey"] == NEW


def test_a_change_beside_the_sensitive_value_keeps_it(secretive: Shop) -> None:
    _write(secretive, OLD, expiry=14)
    secretive.save()
    secretive.ok("apply", "--plan", "plan.json", "--auto-approve")
    assert secretive.live("cart")["schema"]["apiKey"] == OLD
    assert set(secretive.history()[-1].changes) == {"expiry"}


def test_apply_of_a_saved_plan_says_when_the_manifests_have_changed(secretive: Shop) -> None:
    secretive.save()
    _write(secretive, "another")
    before = secretive.tree()
    refused = secretive.run("apply", "--plan", "plan.json", "--auto-approve")
    assert refused.code == 1
    assert "sensitive" in refused.err
    assert "changed" in refused.err
    assert secretive.tree() == before


def test_apply_of_a_saved_plan_says_when_the_manifests_are_not_there(secretive: Shop) -> None:
    secretive.save()
    (secretive.root / "sessions").rename(secretive.root / "moved")
    before = secretive.tree()
    refused = secretive.run("apply", "--plan", "plan.json", "--auto-approve")
    assert refused.code == 1
    assert "sensitive" in refused.err
    assert "not there" in refused.err
    assert "sessions" in refused.err
    assert secretive.tree() == before


def test_a_saved_plan_with_sensitive_values_is_applied_from_another_folder_of_the_project(shop: Shop) -> None:
    shop.write("reconciler.yaml", "manifests: [sessions/]\n")
    _write(shop, NEW)
    shop.ok("plan", "--out", "plan.json")
    below = shop.root / "deep" / "er"
    below.mkdir(parents=True)
    shop.ok("apply", "--plan", "../../plan.json", "--auto-approve", cwd=below)
    assert shop.live("cart")["schema"]["apiKey"] == NEW


def test_a_whole_sensitive_schema_is_masked_and_applied(shop: Shop) -> None:
    shop.session("cart", schema="{userId: u, apiKey: s3cr3t}", lifecycle="{sensitive: [schema]}")
    plan = shop.save()
    assert "s3cr3t" not in plan.read_text()
    shop.ok("apply", "--plan", "plan.json", "--auto-approve")
    assert shop.live("cart")["schema"] == {"userId": "u", "apiKey": "s3cr3t"}


def test_a_mistake_beside_a_sensitive_value_does_not_print_the_value(shop: Shop) -> None:
    shop.session("cart", schema=f"{{userId: u, apiKey: {OLD}}}", lifecycle=SENSITIVE, expiry=0)
    failed = shop.run("plan", "sessions")
    assert failed.code == 3
    assert OLD not in failed.text


def test_the_deletion_of_a_session_type_whose_manifest_is_gone_does_not_reveal_its_sensitive_value(
    secretive: Shop,
) -> None:
    secretive.session("other")
    (secretive.root / "sessions/cart.yaml").unlink()
    for form in ("text", "json"):
        assert OLD not in secretive.ok("plan", "sessions", "--prune", "--format", form).text


def test_history_does_not_reveal_a_sensitive_value(secretive: Shop) -> None:
    secretive.apply()
    for form in ("text", "json"):
        assert "s3cr3t" not in secretive.ok("history", "--format", form).text


def test_drift_without_manifests_does_not_reveal_a_sensitive_value(secretive: Shop) -> None:
    secretive.edit("cart", schema={"userId": "u", "apiKey": "s3cr3t-by-another-hand"})
    assert "s3cr3t" not in secretive.run("drift").text
