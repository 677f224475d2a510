"""The commands against a server that answers the platform's clients, from the login to drift."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.access import Role
from tests.server.ductape_client import DuctapeClient
from tests.server.running import running

if TYPE_CHECKING:
    from tests.cli.conftest import Shop


def test_log_in_apply_and_drift(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    with running("sqlite:///served.db", tmp_path, ductape=True) as server, server.client() as http:
        secret = server.token(Role.WRITE, name="ada@example.com")
        registry = f"ductape+{server.url}"
        shop.write(
            "reconciler.yaml",
            "product: 'ada:shop'\nmanifests: [sessions/]\ndefault_target: own\n"
            f"targets:\n  own: {{registry: '{registry}', ledger: kept.json}}\n",
        )
        shop.session("cart")
        wrong = shop.run("ductape", "login", "--email", "ada@example.com", stdin="wrong\n")
        assert wrong.code == 7
        assert "Invalid email or password" in wrong.err
        logged_in = shop.ok("ductape", "login", "--email", "ada@example.com", stdin=f"{secret}\n")
        assert "as ada@example.com, workspace reconciler." in logged_in.out
        shop.ok("apply", "--auto-approve")
        assert shop.run("plan", "--detailed-exitcode").code == 0
        assert shop.ok("drift").code == 0
        DuctapeClient(http, "ada:shop", secret).call("update", "ada:shop", "cart", {"expiry": 30})
        drifted = shop.run("drift")
        assert drifted.code == 2
        assert "expiry: 7 -> 30 days" in drifted.out
        assert "1 updated" in shop.ok("apply", "--auto-approve").out
        history = http.get("/v1/products/ada:shop/history", headers={"Authorization": f"Bearer {secret}"}).json()
    assert {entry["actor"] for entry in history["items"]} == {"token:ada@example.com"}


def test_sessions_on_the_platform_are_refused_with_the_way_out(shop: Shop) -> None:
    refused = shop.run("session", "users", "cart", "--registry", "ductape+https://api.ductape.app")
    assert refused.code != 0
    assert "Sessions on the Ductape platform can't be reached from here" in refused.err
    assert "reconciler serve" in refused.err
