"""The commands against the Ductape platform, as a user runs them: over a real socket, with a ledger and without one."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.registry.ductape.fake import EMAIL, ENVIRONMENT, HTML, KEY, PASSWORD, TOKEN, FakePlatform, Fault
from tests.registry.ledger.fake_s3 import FakeS3

if TYPE_CHECKING:
    from tests.cli.conftest import Result, Shop

PRODUCT = "ada:storefront"
LEDGER = ".reconciler/ledger/kept.json"
Golden = Callable[[str, str], None]


@pytest.fixture
def platform() -> Iterator[FakePlatform]:
    with closing(FakePlatform()) as fake:
        yield fake


@pytest.fixture
def here(shop: Shop, platform: FakePlatform, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Give a project with two session types and two targets: with a ledger (the default) and without one."""
    monkeypatch.setenv("HOME", str(shop.root.parent))
    for name, value in {**ENVIRONMENT, "RECONCILER_ACTOR": "ada@laptop"}.items():
        monkeypatch.setenv(name, value)
    registry = platform.registry
    shop.write(
        "reconciler.yaml",
        f"product: '{PRODUCT}'\nproject: shop\nmanifests: [sessions/]\ndefault_target: kept\ntargets:\n"
        f"  kept: {{registry: '{registry}', ledger: {LEDGER}}}\n  plain: {{registry: '{registry}'}}\n",
    )
    shop.session("cart")
    shop.session("guest", expiry=1)
    return shop


@pytest.fixture
def live(here: Shop) -> Shop:
    """Give the project with both applied, by way of the ledger."""
    here.ok("apply", "--auto-approve")
    return here


def edit(platform: FakePlatform, tag: str, **fields: Any) -> None:
    platform.edit(tag, PRODUCT, **fields)


def ledger_of(shop: Shop) -> dict[str, Any]:
    entries = json.loads((shop.root / LEDGER).read_text())["entries"]
    assert isinstance(entries, dict)
    return entries


def still(result: Result, platform: FakePlatform) -> str:
    return result.text.replace(platform.registry, "ductape+https://api.ductape.app").strip()


def test_plan_apply_and_plan_again(here: Shop, platform: FakePlatform) -> None:
    planned = here.run("plan", "--detailed-exitcode")
    assert planned.code == 2
    assert "Plan: 2 to create, 0 to update, 0 to delete." in planned.out
    assert f"there is no ledger at {LEDGER} yet" in planned.err
    assert "Session types: 2 created, 0 updated" in here.ok("apply", "--auto-approve").out
    assert set(platform.stored(PRODUCT)) == {"cart", "guest"}
    again = here.run("plan", "--detailed-exitcode")
    assert (again.code, again.err) == (0, "")
    here.session("cart", expiry=14)
    platform.seen.clear()
    here.ok("apply", "--auto-approve")
    assert platform.made() == ["list", "fetch", "update", "fetch"]
    assert platform.seen[2].params == [PRODUCT, "cart", {"expiry": 14, "period": "days"}]
    assert ledger_of(here)["cart"]["applied"]["expiry"] == 14


def test_drift_is_three_way_with_a_ledger(live: Shop, platform: FakePlatform, golden: Golden) -> None:
    assert live.run("drift").code == 0
    edit(platform, "cart", expiry=30, updatedAt="2026-03-01T02:30:00.000Z")
    platform.drop("guest", PRODUCT)
    live.session("cart", name="Buyer")
    drifted = live.run("drift")
    assert drifted.code == 2
    golden("ductape-drift.txt", still(drifted, platform))
    assert "Session types: 1 created, 1 updated" in live.ok("apply", "--auto-approve").out
    assert live.run("drift").code == 0


def test_a_conflict_is_refused_with_a_ledger(live: Shop, platform: FakePlatform) -> None:
    edit(platform, "cart", expiry=30)
    live.session("cart", expiry=14)
    refused = live.run("apply", "--auto-approve")
    assert refused.code == 4
    assert "--allow conflict:cart" in refused.err
    assert platform.stored(PRODUCT)["cart"]["expiry"] == 30


def test_prune_deletes_what_the_ledger_knows_and_nothing_else(live: Shop, platform: FakePlatform) -> None:
    platform.put(PRODUCT, **{**platform.stored(PRODUCT)["cart"], "tag": "stray"})
    (live.root / "sessions" / "guest.yaml").unlink()
    withheld = live.ok("plan")
    assert "guest  (withheld, --prune deletes)" in withheld.out
    assert "1 session type unmanaged: stray." in withheld.out
    assert "1 deleted" in live.ok("apply", "--auto-approve", "--prune").out
    assert set(platform.stored(PRODUCT)) == {"cart", "stray"}
    assert set(ledger_of(live)) == {"cart"}


def test_an_empty_live_list_is_refused_with_a_ledger(live: Shop, platform: FakePlatform) -> None:
    platform.products[PRODUCT] = []
    refused = live.run("apply", "--auto-approve")
    assert refused.code == 4
    assert "lists no live session type, where the last apply left 2" in refused.err


def test_another_projects_record_is_not_taken_over_unasked(live: Shop) -> None:
    file = live.root / "reconciler.yaml"
    file.write_text(file.read_text().replace("project: shop", "project: other"))
    live.session("cart", expiry=14)
    refused = live.run("apply", "--auto-approve")
    assert refused.code == 4
    assert "--allow take-over:cart" in refused.err
    live.ok("apply", "--auto-approve", "--allow", "take-over:cart")
    assert ledger_of(live)["cart"]["owner"]["project"] == "other"


def test_what_is_live_already_is_adopted_into_a_new_ledger(live: Shop) -> None:
    (live.root / LEDGER).unlink()
    missing = live.run("drift")
    assert missing.code == 1
    assert f"The ledger {LEDGER} does not exist" in missing.err
    assert "Ownership recorded of 2 session types." in live.ok("apply", "--auto-approve", "--adopt").out
    assert live.run("drift").code == 0
    entry = ledger_of(live)["cart"]
    assert (entry["by"], entry["owner"]["file"], entry["intent"]) == ("ada@laptop", "sessions/cart.yaml", None)
    assert stat.S_IMODE((live.root / LEDGER).stat().st_mode) == 0o600


def test_a_corrupt_ledger_stops_everything_and_stays(live: Shop, platform: FakePlatform) -> None:
    (live.root / LEDGER).write_text('{"format": 1, "entr')
    live.session("cart", expiry=14)
    for command in (["plan"], ["drift"], ["apply", "--auto-approve"]):
        result = live.run(*command)
        assert result.code == 1
        assert f"The ledger {LEDGER} can't be understood: it is not JSON" in result.err
    assert (live.root / LEDGER).read_text() == '{"format": 1, "entr'
    assert platform.stored(PRODUCT)["cart"]["expiry"] == 7


def test_a_ledger_may_be_an_object(here: Shop, monkeypatch: pytest.MonkeyPatch, platform: FakePlatform) -> None:
    with closing(FakeS3()) as s3:
        for name, value in s3.environment.items():
            monkeypatch.setenv(name, value)
        file = here.root / "reconciler.yaml"
        file.write_text(file.read_text().replace(LEDGER, "'s3://ledgers/storefront.json'"))
        for number in range(20):
            here.session(f"many-{number}")
        here.ok("apply", "--auto-approve")
        entries = json.loads(s3.objects["/ledgers/storefront.json"])["entries"]
        assert set(entries) == set(platform.stored(PRODUCT))
        assert s3.puts < 2 * len(entries)
        edit(platform, "cart", expiry=30)
        assert here.run("drift").code == 2
        s3.refuses = 403
        denied = here.run("plan")
        assert denied.code == 7
        assert "The ledger s3://ledgers/storefront.json can't be read: the credentials do not permit it" in denied.err


def test_drift_is_two_way_without_a_ledger_and_says_so(live: Shop, platform: FakePlatform, golden: Golden) -> None:
    edit(platform, "cart", expiry=30)
    platform.drop("guest", PRODUCT)
    drifted = live.run("drift", "--target", "plain")
    assert drifted.code == 2
    golden("ductape-drift-two-way.txt", still(drifted, platform))
    document = live.run("drift", "--target", "plain", "--format", "json").document
    assert document["keeps_applied"] is False
    assert [entry["compared_with"] for entry in document["resource_drift"]] == ["manifest", "manifest"]
    assert document["resource_drift"][0]["changed_by"] == {"actor": None, "at": None}
    for form in ("markdown", "junit", "github", "html"):
        told = live.run("drift", "--target", "plain", "--format", form)
        assert told.code == 2
        assert "None" not in told.out
    live.ok("apply", "--target", "plain", "--auto-approve")
    in_step = live.ok("drift", "--target", "plain")
    assert "No drift. Every session type is as its manifest says." in in_step.out
    assert "A ledger mends that." in in_step.out


def test_drift_without_ledger_and_manifests_has_nothing_to_compare(here: Shop, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    url = next(line for line in (here.root / "reconciler.yaml").read_text().splitlines() if "plain" in line)
    refused = here.run("drift", "--registry", url.split("'")[1], cwd=elsewhere)
    assert refused.code == 1
    assert "needs manifests to compare with" in refused.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["plan", "--prune"], "--prune can't be used on the registry"),
        (["apply", "--auto-approve", "--prune"], "--prune can't be used on the registry"),
        (["plan", "--adopt"], "--adopt can't be used on the registry"),
        (["apply", "--auto-approve", "--atomic"], "--atomic can't be used on the registry"),
        (["history"], "keeps no history"),
    ],
)
def test_what_the_platform_cannot_give_is_refused(
    live: Shop, platform: FakePlatform, arguments: list[str], says: str
) -> None:
    live.session("cart", expiry=14)
    refused = live.run(*arguments, "--target", "plain")
    assert refused.code == 1
    assert says in refused.err
    assert platform.stored(PRODUCT)["cart"]["expiry"] == 7


def test_a_plan_without_a_ledger_says_what_it_cannot_know(here: Shop) -> None:
    planned = here.ok("plan", "--target", "plain")
    assert "the target has no ledger" in planned.err
    assert "unmanaged" not in planned.out


@pytest.mark.parametrize("target", ["kept", "plain"])
def test_a_saved_plan_is_carried_out_once_and_goes_stale(live: Shop, platform: FakePlatform, target: str) -> None:
    live.session("cart", expiry=14)
    live.ok("plan", "--target", target, "--out", "plan.json")
    live.ok("apply", "--target", target, "--plan", "plan.json", "--auto-approve")
    again = live.run("apply", "--target", target, "--plan", "plan.json", "--auto-approve")
    assert again.code == 5
    live.session("cart", expiry=21)
    live.ok("plan", "--target", target, "--out", "plan.json")
    edit(platform, "cart", expiry=30, updatedAt="2026-03-01T02:30:00.000Z")
    stale = live.run("apply", "--target", target, "--plan", "plan.json", "--auto-approve")
    assert stale.code == 5
    assert "`cart` was changed at 2026-03-01T02:30:00Z" in stale.err
    assert platform.stored(PRODUCT)["cart"]["expiry"] == 30


@pytest.mark.parametrize("target", ["kept", "plain"])
def test_a_record_that_moves_during_an_apply_is_not_overwritten(
    live: Shop, platform: FakePlatform, target: str
) -> None:
    live.session("cart", expiry=14)
    before = ledger_of(live)
    platform.before["fetch"] = [lambda: edit(platform, "cart", expiry=30)]
    lost = live.run("apply", "--target", target, "--auto-approve")
    assert lost.code == 5
    assert "`cart` is not as it was when it was read" in lost.text
    assert platform.stored(PRODUCT)["cart"]["expiry"] == 30
    assert ledger_of(live) == before


@pytest.mark.parametrize(
    ("fault", "code", "says"),
    [
        (Fault(500, HTML, {"Content-Type": "text/html"}), 7, "answered 500: text/html"),
        (Fault(413, HTML, {"Content-Type": "text/html"}), 1, "takes no request this large"),
        (Fault(200, '{"status": false, "message": "selector is bad"}'), 1, "refused: selector is bad"),
        (Fault(401, '{"status": false, "message": "jwt expired"}'), 7, "refused: jwt expired"),
        (Fault(400, '{"status": false, "message": "Failed to decrypt payload"}'), 7, "Failed to decrypt payload"),
    ],
    ids=["page", "too-large", "status-false", "expired", "wrong-key"],
)
def test_a_fault_has_its_message_and_exit_code_and_is_nowhere_half_recorded(
    live: Shop, platform: FakePlatform, fault: Fault, code: int, says: str
) -> None:
    before = {tag: entry["applied"] for tag, entry in ledger_of(live).items()}
    live.session("cart", expiry=14)
    platform.faults["list"] = [fault]
    planned = live.run("plan")
    assert planned.code == code
    assert f"Error: sessions.list: {platform.url}" in planned.err
    assert says in planned.err
    platform.faults["update"] = [fault]
    applied = live.run("apply", "--auto-approve")
    assert applied.code == code
    assert f"sessions.update of `cart`: {platform.url}" in applied.text
    assert says in applied.text
    for secret in (TOKEN, KEY):
        assert secret not in planned.text + applied.text
    assert {tag: entry["applied"] for tag, entry in ledger_of(live).items()} == before
    assert live.run("drift").code == 0
    assert "1 updated" in live.ok("apply", "--auto-approve").out
    assert ledger_of(live)["cart"]["intent"] is None


def test_a_lost_answer_is_found_out_and_waited_for(live: Shop, platform: FakePlatform) -> None:
    live.session("cart", expiry=14)
    platform.faults["list"] = [Fault(429, "{}", {"Retry-After": "0"})]
    platform.faults["update"] = [Fault(200, '{"status": tr', carried_out=True, half=True)]
    live.ok("apply", "--auto-approve")
    assert platform.made().count("update") == 1
    assert live.run("drift").code == 0


def test_a_part_of_an_apply_that_failed_is_done_by_the_next(here: Shop, platform: FakePlatform) -> None:
    platform.faults["create"] = [Fault(400, '{"status": false, "message": "not today"}')]
    assert here.run("apply", "--auto-approve").code == 6
    assert len(platform.stored(PRODUCT)) == len(ledger_of(here)) == 1
    here.ok("apply", "--auto-approve")
    assert len(platform.stored(PRODUCT)) == len(ledger_of(here)) == 2


def test_a_record_that_cannot_be_read_keeps_no_other_from_being_applied(
    live: Shop, platform: FakePlatform, golden: Golden
) -> None:
    edit(platform, "cart", expiry="soon")
    platform.put(PRODUCT, tag="shop:old", name="Old", expiry=3)
    live.session("guest", expiry=1, name="Guest")
    planned = live.run("plan")
    golden("ductape-unreadable.txt", still(planned, platform))
    refused = live.run("apply", "--auto-approve")
    assert refused.code == 4
    assert "--allow unreadable:cart" in refused.err
    assert live.run("drift").code == 2
    live.ok("apply", "--auto-approve", "--allow", "unreadable:cart")
    assert platform.stored(PRODUCT)["guest"]["name"] == "Guest"
    assert platform.stored(PRODUCT)["cart"]["expiry"] == "soon"
    nothing = live.run("plan", "--detailed-exitcode")
    assert nothing.code == 2
    assert "No changes in what can be read of the registry" in nothing.out
    [cart, old] = live.run("plan", "--format", "json").document["unreadable"]
    assert (cart["name"], cart["wanted"], old["name"], old["wanted"]) == ("cart", True, "shop:old", False)
    in_step = live.run("plan", "--detailed-exitcode", "--skip", "cart")
    assert in_step.code == 0


def test_pull_and_impact_read_the_platform(here: Shop, platform: FakePlatform) -> None:
    platform.put(
        PRODUCT, tag="old", name="Old", selector="userId", schema='{"userId": "u1"}', expiry=30, period="mins", _id="6"
    )
    here.ok("pull", "old")
    assert "selector: $Session{userId}" in (here.root / "sessions" / "old.yaml").read_text()
    assert "update" not in here.ok("plan", "--only", "old").out.splitlines()[-1]
    assert "unknown live sessions" in here.ok("impact", "old").out
    assert here.run("impact", "nobody").code == 1


def test_a_login_is_kept_and_used(here: Shop, platform: FakePlatform, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ENVIRONMENT:
        monkeypatch.delenv(name)
    missing = here.run("plan")
    assert missing.code == 7
    assert "Run `reconciler ductape login`" in missing.err
    entered = here.ok("ductape", "login", "--email", EMAIL, stdin=f"{PASSWORD}\n")
    assert entered.out == f"Logged in to {platform.url} as {EMAIL}, workspace storefront.\n"
    file = here.root.parent / ".ductape" / "reconciler.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert PASSWORD not in file.read_text() + entered.text
    assert "2 to create" in here.ok("plan").out


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "says"),
    [
        ([], {}, 1, "It is not said who logs in"),
        (["--email", EMAIL], {}, 1, "No password was given"),
        (["--email", EMAIL], {"DUCTAPE_PASSWORD": "hunter2hunter2"}, 7, "Invalid email or password"),
        (["--email", EMAIL, "--workspace", "x"], {"DUCTAPE_PASSWORD": PASSWORD}, 1, "no one workspace `x`"),
        (["--registry", "sqlite:///x.db"], {}, 64, "The registry is not the Ductape platform"),
    ],
)
def test_a_login_that_does_not_work_says_why(
    here: Shop, arguments: list[str], environment: dict[str, str], code: int, says: str
) -> None:
    failed = here.run("ductape", "login", *arguments, environment=environment)
    assert failed.code == code
    assert says in failed.err
    assert "hunter2" not in failed.text


def test_a_login_needs_no_default_target(here: Shop, platform: FakePlatform) -> None:
    file = here.root / "reconciler.yaml"
    file.write_text(file.read_text().replace("default_target: kept\n", ""))
    arguments = ["ductape", "login", "--email", EMAIL, "--registry", platform.registry]
    assert "Logged in" in here.ok(*arguments, stdin=PASSWORD).out
    unknown = here.run("ductape", "login", "--target", "nowhere")
    assert unknown.code == 3


def test_the_registrys_tokens_are_not_the_platforms(here: Shop) -> None:
    refused = here.run("token", "list", "--target", "kept")
    assert refused.code == 1
    assert "`reconciler ductape login` logs in there" in refused.err


@pytest.mark.parametrize("command", [["session", "users", "cart"], ["sessions", "prune", "--older-than", "90d"]])
def test_the_platforms_sessions_are_not_within_reach(here: Shop, command: list[str]) -> None:
    refused = here.run(*command)
    assert refused.code == 3, "it is the project file that names the platform"
    assert "Sessions on the Ductape platform can't be reached" in refused.err


def test_a_ledger_is_of_its_target_alone(here: Shop) -> None:
    file = here.root / "reconciler.yaml"
    file.write_text(file.read_text() + "  own: {registry: 'sqlite:///r.db', ledger: x.json}\n")
    refused = here.run("plan", "--target", "own")
    assert refused.code == 3
    assert "Remove `ledger` from the target" in refused.err
    here.ok("plan", "--target", "kept", "--registry", "sqlite:///r.db")
