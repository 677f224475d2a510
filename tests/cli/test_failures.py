"""Calls that fail in the middle: the others go on, the summary tells, and a rerun converges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self

import pytest

from reconciler.cli.run import carry_out
from reconciler.port import Record, RegistryDenied, RegistryError, RegistryUnavailable, Source
from reconciler.registry import open_registry
from reconciler.session_type import SessionType

if TYPE_CHECKING:
    from tests.cli.conftest import Shop

Before = Callable[[str], None]


class Troubled:
    """The real registry, at whose door something happens before each write."""

    def __init__(self, real: Any, before: Before) -> None:
        self._real = real
        self._before = before

    def __enter__(self) -> Self:
        self._real.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._real.__exit__(*error)

    def create(self, session_type: SessionType, source: Source | None = None) -> Record:
        self._before(session_type.tag)
        record: Record = self._real.create(session_type, source)
        return record

    def update(self, tag: str, fields: Mapping[str, Any], *, revision: int, source: Source | None = None) -> Record:
        self._before(tag)
        record: Record = self._real.update(tag, fields, revision=revision, source=source)
        return record

    def delete(self, tag: str, *, revision: int, source: Source | None = None) -> None:
        self._before(tag)
        self._real.delete(tag, revision=revision, source=source)


@pytest.fixture
def trouble(monkeypatch: pytest.MonkeyPatch) -> Callable[[Before], None]:
    """Give a function that makes something happen before each write of an apply."""

    def make(before: Before) -> None:
        monkeypatch.setattr(carry_out, "open_registry", lambda *a, **k: Troubled(open_registry(*a, **k), before))

    return make


def _failing(error: RegistryError, *tags: str) -> Before:
    def before(tag: str) -> None:
        if tag in tags:
            raise error

    return before


def _peace(_tag: str) -> None:
    return None


@pytest.fixture
def three(shop: Shop) -> Shop:
    """Give a project with three session types to create."""
    for tag in ("one", "two", "three"):
        shop.session(tag)
    return shop


def test_a_failing_call_does_not_keep_the_others_back_and_a_rerun_converges(
    three: Shop, trouble: Callable[[Before], None]
) -> None:
    trouble(_failing(RegistryUnavailable("The disk is full"), "two"))
    partly = three.run("apply", "sessions", "--auto-approve")
    assert partly.code == 6
    assert set(three.records()) == {"one", "three"}
    assert "Apply incomplete. Session types: 2 created, 0 updated, 0 deleted." in partly.out.splitlines()
    assert "1 failed, 0 not tried:" in partly.out
    assert "two: failed: The disk is full" in partly.out
    assert "again" in partly.out
    trouble(_peace)
    assert "Plan: 1 to create, 0 to update, 0 to delete." in three.apply().out
    assert "No changes." in three.apply().out
    assert [entry.tag for entry in three.history()].count("two") == 1


def test_a_partly_applied_run_is_one_json_document_with_every_outcome(
    three: Shop, trouble: Callable[[Before], None]
) -> None:
    trouble(_failing(RegistryUnavailable("The disk is full"), "two"))
    partly = three.run("apply", "sessions", "--auto-approve", "--format", "json")
    assert partly.code == 6
    assert partly.document["errored"] is True
    outcomes = {each["name"]: (each["status"], each["error"]) for each in partly.document["outcomes"]}
    assert outcomes == {"one": ("done", None), "two": ("failed", "The disk is full"), "three": ("done", None)}


@pytest.mark.parametrize("error", [RegistryUnavailable("No answer"), RegistryDenied("Bad token")])
def test_when_the_registry_did_nothing_at_all_it_counts_as_unreachable(
    three: Shop, trouble: Callable[[Before], None], error: RegistryError
) -> None:
    trouble(_failing(error, "one", "two", "three"))
    failed = three.run("apply", "sessions", "--auto-approve")
    assert failed.code == 7
    assert "3 failed, 0 not tried" in failed.out


def _race(shop: Shop, *tags: str) -> Before:
    def before(tag: str) -> None:
        if tag in tags:
            shop.edit(tag, name="Faster")

    return before


def test_when_every_call_lost_its_race_the_code_is_5_and_nothing_is_overwritten(
    applied: Shop, trouble: Callable[[Before], None]
) -> None:
    applied.session("cart", expiry=14)
    applied.session("guest", expiry=2)
    trouble(_race(applied, "cart", "guest"))
    lost = applied.run("apply", "sessions", "--auto-approve", "--parallelism", "1")
    assert lost.code == 5
    assert "0 created, 0 updated, 0 deleted" in lost.out
    assert "alice" in lost.out, "who was faster"
    assert (applied.live("cart")["name"], applied.live("cart")["expiry"]) == ("Faster", 7)
    trouble(_peace)
    applied.apply()
    assert (applied.live("cart")["name"], applied.live("cart")["expiry"]) == ("Shopper", 14)


def test_a_record_that_was_created_meanwhile_is_not_overwritten(three: Shop, trouble: Callable[[Before], None]) -> None:
    three.apply("--only", "one")
    spec = three.records()["one"].spec
    assert spec is not None

    def before(tag: str) -> None:
        if tag == "two":
            with three.hand() as registry:
                registry.create(SessionType.from_json({**spec.to_json(), "tag": "two", "name": "Faster"}))

    trouble(before)
    lost = three.run("apply", "sessions", "--auto-approve", "--only", "two")
    assert lost.code == 5
    assert three.live("two")["name"] == "Faster"


def test_deletions_come_after_everything_else(applied: Shop, trouble: Callable[[Before], None]) -> None:
    order: list[str] = []
    (applied.root / "sessions/cart.yaml").unlink()
    applied.session("guest", expiry=2)
    applied.session("zebra")
    trouble(order.append)
    applied.apply("--prune", "--parallelism", "1")
    assert order[-1] == "cart"
    assert sorted(order) == ["cart", "guest", "zebra"]


def test_exactly_one_call_is_made_for_each_change(three: Shop, trouble: Callable[[Before], None]) -> None:
    three.apply("--only", "one")
    calls: list[str] = []
    trouble(calls.append)
    three.apply()
    assert sorted(calls) == ["three", "two"]


def test_an_adoption_that_fails_is_told_as_such(applied: Shop, trouble: Callable[[Before], None]) -> None:
    applied.edit("cart", expiry=30)
    applied.session("cart", expiry=30)
    trouble(_failing(RegistryUnavailable("The disk is full"), "cart"))
    failed = applied.run("apply", "sessions", "--auto-approve", "--adopt")
    assert failed.code == 7
    assert "Ownership recorded" not in failed.out
