from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from reconciler.port import EnvironmentImpact, Impact
from reconciler.registry import open_reader
from reconciler.registry.store import StoreReader, open_database
from reconciler.registry.store.sessions.service import SessionService
from reconciler.render import impact_json, render_impact
from reconciler.runtime.keyring import MasterKey
from tests.server.running import running

if TYPE_CHECKING:
    from tests.cli.conftest import Shop


def test_what_a_registry_can_not_tell_is_unknown_and_not_none() -> None:
    assert "cart: unknown live sessions, unknown live users" in render_impact("cart", Impact())
    document = impact_json("cart", Impact())
    assert (document["live_sessions"], document["live_users"]) == (None, None)


def test_live_sessions_of_a_registry_are_counted(applied: Shop) -> None:
    assert applied.ok("impact", "cart").out == "cart: 0 live sessions, 0 live users\n"
    with closing(open_database("sqlite:///.reconciler/registry.db", applied.root)) as database:
        sample = next(
            each.spec for each in StoreReader(database, product="default").fetch().records if each.tag == "cart"
        )
        assert sample
        sessions = SessionService(database, lambda: MasterKey(b"m" * 32)).sessions("default", "prd")
        for _ in range(2):
            sessions.start("cart", sample.schema)
    assert applied.ok("impact", "cart").out.splitlines() == [
        "cart: 2 live sessions, 1 live user",
        "  prd: 2 live sessions, 1 live user",
    ]
    document = applied.ok("impact", "cart", "--format", "json").document
    assert document["environments"] == [{"environment": "prd", "live_sessions": 2, "live_users": 1}]


@pytest.mark.parametrize(("tag", "hint"), [("crat", "Did you mean `cart`?"), ("zzz", "")])
def test_an_unknown_tag_is_an_error_with_the_nearest(applied: Shop, tag: str, hint: str) -> None:
    refused = applied.run("impact", tag)
    assert refused.code == 1
    assert f"No session type has the tag `{tag}`" in refused.err
    assert hint in refused.err


def test_a_server_is_asked_as_well(applied: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    with running("sqlite:///.reconciler/registry.db", applied.root) as server:
        token = server.token()
        monkeypatch.setenv("RECONCILER_TOKEN", token)
        assert "cart: 0 live sessions" in applied.ok("impact", "cart", "--registry", server.url).out
        assert applied.run("impact", "crat", "--registry", server.url).code == 1
        with open_reader(server.url, product="default", root=applied.root, token=token) as reader:
            assert reader.impact("cart") == Impact(0, 0)
            assert reader.impact("crat") is None


def test_known_numbers_are_told_in_all_and_per_environment() -> None:
    impact = Impact(1_284, 903, (EnvironmentImpact("live", 1_280, 900), EnvironmentImpact("test", 4, 3)))
    assert render_impact("cart", impact).splitlines() == [
        "cart: 1,284 live sessions, 903 live users",
        "  live: 1,280 live sessions, 900 live users",
        "  test: 4 live sessions, 3 live users",
    ]
    assert impact_json("cart", impact)["environments"][1]["live_users"] == 3
