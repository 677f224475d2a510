"""A plan as one changeset, on a real store and on registries that refuse it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from reconciler.apply import Execution, Outcome, Status, Tally, execute, execute_atomically
from reconciler.plan import Plan, PlanOptions, make_plan
from reconciler.port import (
    ChangesetRegistry,
    RegistryError,
    RegistryUnavailable,
    Source,
    StaleRecord,
    Write,
)
from reconciler.registry import open_registry
from tests.builders import PROJECT, desired, session_type

HOW = Execution(PROJECT, commit="c0ffee", plan_digest="sha256:1")


def fill(registry: ChangesetRegistry) -> Plan:
    """Make records of every kind, and return a plan that does everything with them."""
    for tag in ("updated", "deleted", "settled"):
        registry.create(session_type(tag), Source(PROJECT))
    registry.create(session_type("adopted"))
    registry.delete("settled", revision=3)
    wanted = [session_type("created"), session_type("updated", expiry=1), session_type("adopted")]
    return make_plan(map(desired, wanted), registry.fetch(), PlanOptions(PROJECT, prune=True, adopt=True))


def statuses(outcomes: Sequence[Outcome]) -> dict[str, Status]:
    return {each.change.tag: each.status for each in outcomes}


def test_it_does_what_the_single_calls_do(tmp_path: Path) -> None:
    found = []
    for name, carry_out in (("atomic", execute_atomically), ("single", execute)):
        with open_registry(f"sqlite:///{name}.db", product="p", root=tmp_path, actor="ada") as registry:
            plan = fill(registry)
            assert Tally.of(carry_out(plan, registry, HOW)).is_complete
            records = [(each.tag, each.spec, each.applied, each.managed_by) for each in registry.fetch().records]
            written = {(each.tag, each.action, each.source) for each in registry.history(after=5)}
            found.append((records, written))
    assert found[0] == found[1]
    assert len(found[0][1]) == len(plan.calls) == 5


def test_one_lost_race_undoes_all(tmp_path: Path) -> None:
    with open_registry("sqlite:///r.db", product="p", root=tmp_path, actor="ada") as registry:
        plan = fill(registry)
        registry.update("updated", {"expiry": 99}, revision=1)
        before = registry.fetch()
        outcomes = execute_atomically(plan, registry, HOW)
        assert registry.fetch() == before
    others = {change.tag for change in plan.calls} - {"updated"}
    assert statuses(outcomes) == {"updated": Status.FAILED, **dict.fromkeys(others, Status.NOT_TRIED)}
    assert Tally.of(outcomes).lost_races_only
    [failed] = Tally.of(outcomes).having(Status.FAILED)
    assert failed.error is not None
    assert "is at revision 6, not 1" in failed.error.message


class Refusing:
    """A registry that refuses changesets, and notes whether it was asked."""

    def __init__(self, error: RegistryError) -> None:
        self.error = error
        self.asked = 0

    def commit(self, writes: Sequence[Write]) -> None:
        assert writes
        self.asked += 1
        raise self.error


@pytest.mark.parametrize("error", [RegistryUnavailable("no answer"), StaleRecord("moved", tag="somebody-else")])
def test_without_a_culprit_all_failed(error: RegistryError, tmp_path: Path) -> None:
    with open_registry("sqlite:///r.db", product="p", root=tmp_path, actor="ada") as registry:
        plan = fill(registry)
    outcomes = execute_atomically(plan, Refusing(error), HOW)  # type: ignore[arg-type]
    assert set(statuses(outcomes).values()) == {Status.FAILED}
    assert {each.error for each in outcomes} == {error}


def test_nothing_is_asked_after_a_stop_or_for_no_calls(tmp_path: Path) -> None:
    with open_registry("sqlite:///r.db", product="p", root=tmp_path, actor="ada") as registry:
        plan = fill(registry)
    refusing = Refusing(RegistryUnavailable("x"))
    stopped = execute_atomically(plan, refusing, Execution(PROJECT, stopped=lambda: True))  # type: ignore[arg-type]
    assert set(statuses(stopped).values()) == {Status.NOT_TRIED}
    assert execute_atomically(Plan((), 0), refusing, HOW) == ()  # type: ignore[arg-type]
    assert refusing.asked == 0
