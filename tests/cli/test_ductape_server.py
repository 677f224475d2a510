"""The commands against a server that answers the platform's clients: a whole registry, and no ledger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from reconciler.access import Role
from tests.server.ductape_client import DuctapeClient
from tests.server.running import Running, running

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

PRODUCT = "ada:shop"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Running]:
    with running("sqlite:///served.db", tmp_path, ductape=True) as server:
        yield server


@pytest.fixture
def here(shop: Shop, served: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Give a project whose target is the server, by its address for the platform's clients, after the login."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    registry = f"ductape+{served.url}"
    shop.write(
        "reconciler.yaml",
        f"product: '{PRODUCT}'\nproject: shop\nmanifests: [sessions/]\ndefault_target: own\ntargets:\n"
        f"  own: {{registry: '{registry}'}}\n  kept: {{registry: '{registry}', ledger: kept.json}}\n",
    )
    shop.session("cart")
    shop.session("guest", expiry=1)
    secret = served.token(Role.WRITE, name="ada@example.com")
    shop.ok("ductape", "login", "--email", "ada@example.com", stdin=f"{secret}\n")
    return shop


@pytest.fixture
def live(here: Shop) -> Shop:
    """Give the project with both applied."""
    here.ok("apply", "--auto-approve")
    return here


@pytest.fixture
def workbench(served: Running) -> Iterator[DuctapeClient]:
    """Give a client of the platform that somebody else uses."""
    with served.client() as http:
        yield DuctapeClient(http, PRODUCT, served.token(Role.ADMIN, name="eve"))


def records(workbench: DuctapeClient) -> dict[str, dict[str, Any]]:
    answer: httpx.Response = workbench.http.get(
        f"/v1/products/{PRODUCT}/session-types", headers={"Authorization": f"Bearer {workbench.token}"}
    )
    return {record["tag"]: record for record in answer.json()["items"]}


def test_a_wrong_login_is_refused(here: Shop) -> None:
    wrong = here.run("ductape", "login", "--email", "ada@example.com", stdin="wrong\n")
    assert wrong.code == 7
    assert "Invalid email or password" in wrong.err


def test_plan_and_apply_record_owners_at_the_server(here: Shop, workbench: DuctapeClient) -> None:
    planned = here.run("plan", "--detailed-exitcode")
    assert (planned.code, planned.err) == (2, "")
    assert "Plan: 2 to create, 0 to update, 0 to delete." in planned.out
    here.ok("apply", "--auto-approve")
    assert (again := here.run("plan", "--detailed-exitcode")).code == 0
    assert again.err == ""
    cart = records(workbench)["cart"]
    assert (cart["managed_by"]["project"], cart["managed_by"]["file"]) == ("shop", "sessions/cart.yaml")
    assert (cart["applied"], cart["updated_by"]) == (cart["spec"], "token:ada@example.com")
    assert not (here.root / "kept.json").exists()


def test_drift_is_three_way_and_tells_who_and_when(live: Shop, workbench: DuctapeClient) -> None:
    assert live.run("drift").code == 0
    workbench.call("update", PRODUCT, "cart", {"expiry": 30})
    workbench.call("delete", PRODUCT, "guest")
    live.session("cart", name="Buyer")
    drifted = live.run("drift")
    assert drifted.code == 2
    assert "expiry: 7 -> 30 days" in drifted.out
    assert "Drift: 1 changed, 1 deleted." in drifted.out
    entries = live.run("drift", "--format", "json").document["resource_drift"]
    by = {entry["name"]: entry["changed_by"] for entry in entries}
    assert {tag: who["actor"] for tag, who in by.items()} == {"cart": "token:eve", "guest": "token:eve"}
    assert all(who["at"] for who in by.values())
    assert "token:eve" in drifted.out
    assert "1 created, 1 updated" in live.ok("apply", "--auto-approve").out
    assert live.run("drift").code == 0


def test_a_conflict_is_refused(live: Shop, workbench: DuctapeClient) -> None:
    workbench.call("update", PRODUCT, "cart", {"expiry": 30})
    live.session("cart", expiry=14)
    refused = live.run("apply", "--auto-approve")
    assert refused.code == 4
    assert "--allow conflict:cart" in refused.err
    assert records(workbench)["cart"]["spec"]["expiry"] == 30


def test_prune_deletes_what_this_project_applied_and_nothing_else(live: Shop, workbench: DuctapeClient) -> None:
    stray = {**records(workbench)["cart"]["spec"], "tag": "stray"}
    workbench.call("create", PRODUCT, stray)
    (live.root / "sessions" / "guest.yaml").unlink()
    withheld = live.ok("plan")
    assert "guest  (withheld, --prune deletes)" in withheld.out
    assert "1 session type unmanaged: stray." in withheld.out
    assert "1 deleted" in live.ok("apply", "--auto-approve", "--prune").out
    assert set(records(workbench)) == {"cart", "stray"}


def test_history_and_impact_are_told(live: Shop, workbench: DuctapeClient) -> None:
    workbench.call("update", PRODUCT, "cart", {"expiry": 30})
    workbench.at("start", tag="cart", env="prd", data={"userId": "u", "details": {"email": "a@b.example"}})
    told = live.ok("history", "cart").out
    assert "token:ada@example.com" in told
    assert "token:eve" in told
    assert "guest" not in told
    impact = live.ok("impact", "cart", "--format", "json").document
    assert (impact["live_sessions"], impact["live_users"]) == (1, 1)
    live.session("cart", expiry=30, name="Buyer")
    change = next(
        each for each in live.ok("plan", "--format", "json").document["resource_changes"] if each["name"] == "cart"
    )
    assert change["live_sessions"] == 1
    assert live.run("impact", "crat").code == 1


def test_all_or_none_is_applied_at_once(live: Shop, workbench: DuctapeClient) -> None:
    live.session("cart", expiry=14)
    live.session("new")
    live.ok("apply", "--auto-approve", "--atomic")
    stored = records(workbench)
    assert (stored["cart"]["spec"]["expiry"], stored["new"]["managed_by"]["project"]) == (14, "shop")


def test_a_saved_plan_goes_stale_and_overwrites_nothing(live: Shop, workbench: DuctapeClient) -> None:
    live.session("cart", expiry=14)
    live.ok("plan", "--out", "plan.json")
    workbench.call("update", PRODUCT, "cart", {"expiry": 30})
    stale = live.run("apply", "--plan", "plan.json", "--auto-approve")
    assert stale.code == 5
    assert "`cart` was changed by token:eve" in stale.err
    assert records(workbench)["cart"]["spec"]["expiry"] == 30


def test_a_token_that_may_only_read_plans_and_does_not_apply(
    live: Shop, served: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUCTAPE_AUTH_TOKEN", served.token(Role.READ))
    for name in ("DUCTAPE_USER_ID", "DUCTAPE_PUBLIC_KEY", "DUCTAPE_WORKSPACE_ID"):
        monkeypatch.setenv(name, "any")
    live.session("cart", expiry=14)
    assert live.run("plan", "--detailed-exitcode").code == 2
    denied = live.run("apply", "--auto-approve")
    assert denied.code == 7
    assert "This needs the role `write`" in denied.text


def test_a_ledger_is_refused_as_on_every_registry_that_records_owners(here: Shop) -> None:
    for command in (["plan"], ["apply", "--auto-approve"], ["drift"]):
        refused = here.run(*command, "--target", "kept")
        assert refused.code == 3
        assert "Remove `ledger` from the target" in refused.err
    assert not (here.root / "kept.json").exists()


def test_sessions_on_the_platform_are_refused_with_the_way_out(shop: Shop) -> None:
    refused = shop.run("session", "users", "cart", "--registry", "ductape+https://api.ductape.app")
    assert refused.code != 0
    assert "Sessions on the Ductape platform can't be reached from here" in refused.err
    assert "reconciler serve" in refused.err
