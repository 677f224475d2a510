"""Exit codes are a contract: one table of command and outcome, in every form of output."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

State = Callable[["Shop"], None]


def fresh(shop: Shop) -> None:
    shop.session("cart")


def in_step(shop: Shop) -> None:
    fresh(shop)
    shop.apply()


def pending(shop: Shop) -> None:
    in_step(shop)
    shop.session("cart", expiry=5)


def drifted(shop: Shop) -> None:
    in_step(shop)
    shop.edit("cart", expiry=30)


def conflict(shop: Shop) -> None:
    drifted(shop)
    shop.session("cart", expiry=14)


def unmanaged(shop: Shop) -> None:
    in_step(shop)
    spec = shop.records()["cart"].spec
    assert spec is not None
    with shop.hand() as registry:
        registry.create(type(spec).from_json({**spec.to_json(), "tag": "stray"}))


def saved(shop: Shop) -> None:
    pending(shop)
    shop.save()


def stale(shop: Shop) -> None:
    saved(shop)
    shop.edit("cart", name="Moved")


def altered(shop: Shop) -> None:
    saved(shop)
    file = shop.root / "plan.json"
    file.write_text(file.read_text().replace('"expiry"', '"name"'))


def invalid(shop: Shop) -> None:
    shop.session("cart", expiry=0)


def bad_project(shop: Shop) -> None:
    fresh(shop)
    shop.write("reconciler.yaml", "prodcut: shop\n")


def empty(shop: Shop) -> None:
    (shop.root / "sessions").mkdir()


def a_folder_for_a_database(shop: Shop) -> None:
    fresh(shop)
    (shop.root / ".reconciler" / "registry.db").mkdir(parents=True)


def garbage_for_a_database(shop: Shop) -> None:
    fresh(shop)
    shop.write(".reconciler/registry.db", "This is no database, whatever its name says. " * 50)


def unsupported(shop: Shop) -> None:
    fresh(shop)
    shop.write("reconciler.yaml", "targets: {local: {registry: 'gopher://x/y'}}\n")


TABLE: list[tuple[int, State, str]] = [
    (0, fresh, "validate sessions"),
    (3, fresh, "fmt missing --check"),
    (3, invalid, "validate sessions"),
    (3, bad_project, "validate sessions"),
    (3, empty, "validate sessions"),
    (3, fresh, "validate missing"),
    (64, fresh, "validate"),
    (0, fresh, "plan sessions"),
    (2, fresh, "plan sessions --detailed-exitcode"),
    (0, in_step, "plan sessions --detailed-exitcode"),
    (2, pending, "plan sessions --detailed-exitcode"),
    (2, drifted, "plan sessions --detailed-exitcode"),
    (0, pending, "plan sessions --detailed-exitcode --skip cart"),
    (0, conflict, "plan sessions"),
    (4, pending, "plan sessions --fail-on disruptive"),
    (4, pending, "plan sessions --fail-on safe"),
    (0, pending, "plan sessions --fail-on breaking"),
    (2, pending, "plan sessions --fail-on breaking --detailed-exitcode"),
    (1, fresh, "plan sessions --out no/such/folder/plan.json"),
    (3, invalid, "plan sessions"),
    (3, bad_project, "plan sessions"),
    (3, fresh, "plan missing"),
    (3, fresh, "plan sessions --target nowhere"),
    (3, unsupported, "plan sessions"),
    (4, empty, "plan sessions"),
    (7, a_folder_for_a_database, "plan sessions"),
    (7, garbage_for_a_database, "plan sessions"),
    (64, fresh, "plan"),
    (64, fresh, "plan sessions --registry gopher://x/y"),
    (0, fresh, "apply sessions --auto-approve"),
    (0, in_step, "apply sessions --auto-approve"),
    (0, in_step, "apply sessions"),
    (0, drifted, "apply sessions --auto-approve"),
    (1, pending, "apply sessions"),
    (4, conflict, "apply sessions --auto-approve"),
    (0, conflict, "apply sessions --auto-approve --allow conflict"),
    (4, empty, "apply sessions --auto-approve"),
    (3, invalid, "apply sessions --auto-approve"),
    (7, a_folder_for_a_database, "apply sessions --auto-approve"),
    (7, garbage_for_a_database, "apply sessions --auto-approve"),
    (64, fresh, "apply --auto-approve"),
    (0, saved, "apply --plan plan.json --auto-approve"),
    (5, stale, "apply --plan plan.json --auto-approve"),
    (1, altered, "apply --plan plan.json --auto-approve"),
    (1, fresh, "apply --plan plan.json --auto-approve"),
    (64, saved, "apply sessions --plan plan.json --auto-approve"),
    (0, in_step, "drift sessions"),
    (7, fresh, "drift sessions"),
    (0, pending, "drift sessions"),
    (2, drifted, "drift sessions"),
    (2, conflict, "drift sessions"),
    (0, unmanaged, "drift sessions"),
    (2, unmanaged, "drift sessions --strict"),
    (3, invalid, "drift sessions"),
    (7, a_folder_for_a_database, "drift sessions"),
    (7, garbage_for_a_database, "drift"),
    (0, saved, "show plan.json"),
    (1, altered, "show plan.json"),
    (1, fresh, "show plan.json"),
    (0, in_step, "history"),
    (7, fresh, "history"),
    (0, in_step, "history none-such"),
    (3, bad_project, "history"),
    (7, garbage_for_a_database, "history"),
]


def _named(row: object) -> str:
    return getattr(row, "__name__", str(row))


@pytest.mark.parametrize(("code", "state", "line"), TABLE, ids=_named)
def test_the_exit_code_tells_the_outcome(shop: Shop, code: int, state: State, line: str) -> None:
    state(shop)
    result = shop.run(*line.split())
    assert result.code == code, result.text
    assert "Traceback" not in result.text
    if code not in {0, 2}:
        assert result.err.strip(), "whatever went wrong is said on stderr"


@pytest.mark.parametrize(("code", "state", "line"), [row for row in TABLE if not row[2].startswith("fmt")], ids=_named)
def test_with_json_the_code_is_the_same_and_stdout_one_document(shop: Shop, code: int, state: State, line: str) -> None:
    state(shop)
    result = shop.run(*line.split(), "--format", "json")
    assert result.code == code, result.text
    document = json.loads(result.out)
    assert document["format_version"]
    failed = code in {1, 3, 5, 7, 64}
    if "errored" in document:
        assert document["errored"] is (failed or (code == 4 and line.startswith("apply")))
    if failed and not document.get("outcomes") and line != "apply sessions":
        assert document["diagnostics"]


@pytest.mark.parametrize("state", [a_folder_for_a_database, garbage_for_a_database])
def test_an_unreachable_registry_is_named(shop: Shop, state: State) -> None:
    state(shop)
    before = shop.tree()
    failed = shop.run("apply", "sessions", "--auto-approve")
    assert failed.code == 7
    assert ".reconciler/registry.db" in failed.err
    assert shop.tree() == before


def test_a_registry_whose_folder_can_not_be_made_is_unreachable_for_apply(shop: Shop) -> None:
    fresh(shop)
    shop.write(".reconciler", "a file where the folder should be")
    failed = shop.run("apply", "sessions", "--auto-approve", "--format", "json")
    assert failed.code == 7
    assert failed.document["errored"] is True
