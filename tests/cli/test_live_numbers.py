"""A plan says how many people it reaches, where the registry knows, and never takes unknown for none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from tests.registry.http.fake import TOKEN, FakeServer

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

PROJECT = "product: storefront\nmanifests: [sessions/]\ntargets: {{eu: {{registry: '{url}', guard: {{{guard}}}}}}}\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeServer]:
    served = FakeServer(tmp_path / "served")
    yield served
    served.close()


@pytest.fixture
def online(shop: Shop, server: FakeServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shop:
    """Give a project with three session types that are applied to a server, and one change of each kind."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("RECONCILER_TOKEN", TOKEN)
    _guard(shop, server, "")
    for tag in ("cart", "gone", "guest"):
        shop.session(tag)
    shop.ok("apply", "--auto-approve")
    shop.session("cart", expiry=1)
    shop.session("guest", name="Visitor")
    shop.session("new")
    (shop.root / "sessions/gone.yaml").unlink()
    _knows(server, cart=(1_284, 903), guest=(1, 1), gone=(0, 0), elsewhere=(7, 7))
    return shop


def _guard(shop: Shop, server: FakeServer, guard: str) -> None:
    shop.write("reconciler.yaml", PROJECT.format(url=server.url, guard=guard))


def _knows(server: FakeServer, **numbers: tuple[int | None, int | None]) -> None:
    server.impacts = {
        tag: {"live_sessions": sessions, "live_users": users, "environments": []}
        for tag, (sessions, users) in numbers.items()
    }


def _numbers(shop: Shop, *arguments: str) -> dict[str, tuple[int | None, int | None]]:
    entries = shop.ok("plan", "--format", "json", *arguments).document["resource_changes"]
    return {entry["name"]: (entry["live_sessions"], entry["live_users"]) for entry in entries}


def _asked(server: FakeServer) -> int:
    return sum(seen.path.endswith("/impact") for seen in server.seen)


def test_updates_and_deletions_have_their_numbers(online: Shop) -> None:
    known = {"cart": (1_284, 903), "guest": (1, 1), "new": (None, None)}
    assert _numbers(online) == {**known, "gone": (None, None)}, "what is withheld reaches nobody"
    assert _numbers(online, "--prune") == {**known, "gone": (0, 0)}


def test_text_says_them_beside_the_change(online: Shop) -> None:
    text = online.ok("plan", "--prune").out
    assert "# cart will be updated in place (disruptive, 1,284 live sessions of 903 users)\n" in text
    assert "# guest will be updated in place (1 live session of 1 user)\n" in text
    assert "# gone will be deleted (disruptive, 0 live sessions of 0 users)\n" in text
    assert "# new will be created\n" in text
    assert "unknown" not in text


@pytest.mark.parametrize("form", ["markdown", "html", "github", "junit"])
def test_every_format_for_people_says_them(online: Shop, form: str) -> None:
    assert "1,284 live sessions of 903 users" in unquote(online.ok("plan", "--format", form).out)


def test_drift_says_them(online: Shop, server: FakeServer) -> None:
    store = server.store(actor="eve")
    [record] = [each for each in store.fetch().records if each.tag == "cart"]
    store.update("cart", {"expiry": 99}, revision=record.revision)
    assert "changed by eve at" in (text := online.run("drift").out)
    assert "(1,284 live sessions of 903 users)\n" in text
    [entry] = online.run("drift", "--format", "json").document["resource_drift"]
    assert entry["live_sessions"] == 1_284


def test_what_the_registry_does_not_tell_is_said_once_and_only_of_what_people_would_notice(
    online: Shop, server: FakeServer
) -> None:
    server.impacts = None
    text = online.ok("plan", "--prune").out
    assert text.count("nknown") == 1
    assert "\nLive sessions: unknown.\n" in text
    assert _numbers(online) == dict.fromkeys(("cart", "guest", "new", "gone"), (None, None))
    _knows(server, cart=(None, None), gone=(3, None))
    text = online.ok("plan", "--prune").out
    assert "\nLive sessions: unknown for cart.\n" in text
    assert "(disruptive, 3 live sessions)" in text
    online.session("cart")
    assert "unknown" not in online.ok("plan").out, "a new name is nothing to a session"


def test_they_are_asked_for_once_and_only_where_something_is_reached(online: Shop, server: FakeServer) -> None:
    online.ok("plan")
    assert _asked(server) == 1
    for tag in ("cart", "guest"):
        online.session(tag)
    online.ok("plan")
    online.run("drift")
    assert _asked(server) == 1, "a creation and a withheld deletion reach nobody"


def test_over_the_limit_is_refused_with_both_numbers(online: Shop, server: FakeServer) -> None:
    _guard(online, server, "max_live_sessions: 1283")
    refused = online.run("apply", "--auto-approve")
    assert refused.code == 4
    assert "touch 1,284 live sessions; the target allows 1,283." in refused.err
    assert "`--allow max-live-sessions`" in refused.err
    assert "max-live-sessions" in online.ok("plan").out
    online.ok("apply", "--auto-approve", "--allow", "max-live-sessions")


def test_as_many_as_the_limit_allows_are_not_refused(online: Shop, server: FakeServer) -> None:
    _guard(online, server, "max_live_sessions: 1284")
    online.ok("apply", "--auto-approve", "--prune")


def test_unknown_is_refused_where_there_is_a_limit(online: Shop, server: FakeServer) -> None:
    _guard(online, server, "max_live_sessions: 1000000")
    server.impacts = None
    refused = online.run("apply", "--auto-approve")
    assert refused.code == 4
    assert "can't tell how many live sessions the changes of `cart` touch" in refused.err
    online.ok("apply", "--auto-approve", "--allow", "max-live-sessions")


def test_an_embedded_registry_without_a_limit_is_not_in_the_way(applied: Shop) -> None:
    applied.session("cart", expiry=1)
    applied.apply()


def test_a_saved_plan_is_judged_by_the_numbers_of_now(online: Shop, server: FakeServer) -> None:
    _guard(online, server, "max_live_sessions: 2000")
    online.ok("plan", "--out", "plan.json")
    saved: dict[str, Any] = json.loads((online.root / "plan.json").read_text())
    assert 1_284 in [entry["live_sessions"] for entry in saved["resource_changes"]]
    _knows(server, cart=(2_001, 1_500), guest=(1, 1))
    refused = online.run("apply", "--plan", "plan.json", "--auto-approve")
    assert refused.code == 4
    assert "2,001 live sessions of 1,500 users" in refused.out
    assert "touch 2,001 live sessions" in refused.err
    _knows(server, cart=(2_000, 1_500), guest=(1, 1))
    online.ok("apply", "--plan", "plan.json", "--auto-approve")
