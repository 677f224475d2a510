from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

READING = [
    ("plan", "sessions"),
    ("plan", "sessions", "--prune", "--adopt", "--format", "json"),
    ("drift", "sessions"),
    ("drift", "--strict", "--format", "json"),
    ("history",),
    ("validate", "sessions"),
    ("fmt", "sessions", "--check"),
    ("schema",),
]


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_what_reads_leaves_every_byte_of_the_folder_as_it_was(applied: Shop, arguments: tuple[str, ...]) -> None:
    applied.edit("cart", expiry=30)
    applied.remove("guest")
    applied.session("third")
    before = applied.tree()
    applied.run(*arguments)
    assert applied.tree() == before


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_what_reads_creates_nothing_where_no_registry_is(shop: Shop, arguments: tuple[str, ...]) -> None:
    shop.session("cart")
    before = shop.tree()
    # Drift of what does not exist would be a clean bill of health for a mistyped name.
    assert shop.run(*arguments).code == (7 if arguments[0] in {"drift", "history"} else 0)
    assert shop.tree() == before


@pytest.mark.parametrize("arguments", [("drift", "sessions"), ("history",), ("pull",), ("impact", "cart")])
def test_a_mistyped_registry_is_said_to_be_none_and_no_success(shop: Shop, arguments: tuple[str, ...]) -> None:
    shop.session("cart")
    before = shop.tree()
    refused = shop.run(*arguments, "--registry", "sqlite:///mistyped.db")
    assert refused.code == 7
    assert refused.out == ""
    assert "The registry sqlite:///mistyped.db does not exist" in refused.err
    assert "Check --registry and --target" in refused.err
    assert shop.tree() == before


def test_plan_and_drift_work_on_a_registry_that_no_one_may_write(applied: Shop) -> None:
    applied.edit("cart", expiry=30)
    folder = applied.root / ".reconciler"
    database = folder / "registry.db"
    database.chmod(0o444)
    folder.chmod(0o555)
    try:
        assert applied.run("plan", "sessions", "--detailed-exitcode").code == 2
        assert applied.run("drift", "sessions").code == 2
    finally:
        folder.chmod(0o755)
        database.chmod(0o644)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("apply", "sessions"), id="nobody answers"),
        pytest.param(("apply", "nowhere", "--auto-approve"), id="no such folder"),
        pytest.param(("apply", "sessions", "--auto-approve", "--only", "none-such"), id="nothing selected"),
    ],
)
def test_an_apply_that_writes_nothing_creates_no_registry(shop: Shop, arguments: tuple[str, ...]) -> None:
    shop.session("cart")
    before = shop.tree()
    shop.run(*arguments)
    assert shop.tree() == before


def test_apply_keeps_the_registry_out_of_git(shop: Shop) -> None:
    shop.session("cart")
    shop.apply()
    assert (shop.root / ".reconciler" / ".gitignore").read_text() == "*\n"
