"""The executor, on registries that are slow, fail, or lose races."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest

from reconciler.apply import Execution, Outcome, Status, Tally, execute
from reconciler.plan import Action, Plan
from reconciler.port import HistoryEntry, Record, RegistryDenied, RegistryUnavailable, Snapshot, Source, StaleRecord
from reconciler.session_type import SessionType
from reconciler.values import JsonValue
from tests.builders import NOW, desired, plan_of, record, session_type


class Calls:
    """A registry that notes its calls, and raises what `errors` says for a tag."""

    def __init__(self, errors: Mapping[str, Exception] | None = None) -> None:
        self.made: list[tuple[str, str]] = []
        self.sources: list[Source | None] = []
        self._errors = errors or {}

    def fetch(self) -> Snapshot:
        return Snapshot()

    def history(self, *, tag: str | None = None, after: int = 0) -> list[HistoryEntry]:
        return []

    def create(self, session_type: SessionType, source: Source | None = None) -> Record:
        return self._call("create", session_type.tag, source)

    def update(
        self, tag: str, fields: Mapping[str, JsonValue], *, revision: int, source: Source | None = None
    ) -> Record:
        return self._call("update" if fields else "adopt", tag, source)

    def delete(self, tag: str, *, revision: int, source: Source | None = None) -> None:
        self._call("delete", tag, source)

    def _call(self, verb: str, tag: str, source: Source | None) -> Record:
        self.made.append((verb, tag))
        self.sources.append(source)
        if tag in self._errors:
            raise self._errors[tag]
        return Record(tag, None, 1, None, None, NOW, NOW, "x")


def _creating(*tags: str) -> Plan:
    return plan_of([desired(session_type(tag), file=f"{tag}.yaml") for tag in tags])


def _statuses(outcomes: list[Outcome]) -> dict[str, Status]:
    return {each.change.tag: each.status for each in outcomes}


def test_each_change_is_one_call_of_its_kind() -> None:
    live = [record(session_type(tag), applied=session_type(tag)) for tag in ("updated", "deleted")]
    live += [record(session_type("adopted")), record(None, applied=session_type("settled"))]
    wanted = [session_type("created"), session_type("updated", expiry=1), session_type("adopted")]
    registry = Calls()
    list(execute(plan_of(map(desired, wanted), live, prune=True, adopt=True), registry, Execution("shop")))
    assert sorted(registry.made) == [
        ("adopt", "adopted"),
        ("create", "created"),
        ("delete", "deleted"),
        ("delete", "settled"),
        ("update", "updated"),
    ]


def test_nothing_is_called_for_what_needs_nothing() -> None:
    live = session_type()
    registry = Calls()
    plan = plan_of([desired(live)], [record(live, applied=live), record(session_type("x"), applied=session_type("x"))])
    assert list(execute(plan, registry, Execution("shop"))) == []
    assert registry.made == []


def test_each_call_says_where_it_comes_from() -> None:
    registry = Calls()
    list(execute(_creating("a"), registry, Execution("shop", commit="c0ffee", plan_digest="sha256:1")))
    assert registry.sources == [Source("shop", "a.yaml", "c0ffee", "sha256:1")]


def test_a_failed_call_does_not_keep_the_others_back() -> None:
    registry = Calls({"b": RegistryUnavailable("no answer")})
    outcomes = list(execute(_creating("a", "b", "c"), registry, Execution("shop", parallelism=1)))
    assert _statuses(outcomes) == {"a": Status.DONE, "b": Status.FAILED, "c": Status.DONE}


def test_an_error_that_is_no_registrys_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        list(execute(_creating("a"), Calls({"a": ZeroDivisionError()}), Execution("shop")))


def test_deletions_wait_for_everything_else() -> None:
    live = [record(session_type("a"), applied=session_type("a"))]
    registry = Calls()
    list(
        execute(
            plan_of(map(desired, [session_type("b"), session_type("c")]), live, prune=True), registry, Execution("p")
        )
    )
    assert registry.made[-1] == ("delete", "a")


@pytest.mark.parametrize("parallelism", [1, 3, 16])
def test_no_more_calls_run_at_once_than_asked_for(parallelism: int) -> None:
    running, most, lock = 0, 0, threading.Lock()
    meeting = threading.Barrier(min(parallelism, 6), timeout=10)

    class Counting(Calls):
        def create(self, session_type: SessionType, source: Source | None = None) -> Record:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            meeting.wait()
            with lock:
                running -= 1
            return super().create(session_type, source)

    outcomes = list(execute(_creating(*"abcdef"), Counting(), Execution("shop", parallelism=parallelism)))
    assert len(outcomes) == 6
    assert most == min(parallelism, 6)


def test_after_a_stop_calls_in_flight_end_and_no_other_begins() -> None:
    stop = threading.Event()

    class Stopping(Calls):
        def create(self, session_type: SessionType, source: Source | None = None) -> Record:
            stop.set()
            return super().create(session_type, source)

    registry = Stopping()
    outcomes = list(execute(_creating(*"abcd"), registry, Execution("shop", parallelism=1, stopped=stop.is_set)))
    assert _statuses(outcomes) == {"a": Status.DONE, **dict.fromkeys("bcd", Status.NOT_TRIED)}
    assert registry.made == [("create", "a")]


def test_a_stop_before_the_first_call_tries_nothing() -> None:
    registry = Calls()
    outcomes = list(execute(_creating("a", "b"), registry, Execution("shop", stopped=lambda: True)))
    assert set(_statuses(outcomes).values()) == {Status.NOT_TRIED}
    assert registry.made == []


def _tally(errors: Mapping[str, Exception]) -> Tally:
    return Tally.of(execute(_creating("a", "b"), Calls(errors), Execution("shop")))


def test_a_tally_tells_what_the_run_amounts_to() -> None:
    complete = _tally({})
    assert complete.is_complete
    assert complete.count(Action.CREATE) == 2
    assert not complete.lost_races_only
    lost = _tally({"a": StaleRecord("moved")})
    assert lost.lost_races_only
    assert not lost.registry_refused_all
    both = _tally({"a": RegistryUnavailable("x"), "b": RegistryDenied("y")})
    assert both.registry_refused_all
    assert not both.lost_races_only
    assert not _tally({"a": RegistryUnavailable("x")}).registry_refused_all
    mixed = _tally({"a": RegistryUnavailable("x"), "b": StaleRecord("y")})
    assert not mixed.lost_races_only
    assert [each.to_json()["error"] for each in mixed.having(Status.FAILED)] in (["x", "y"], ["y", "x"])


@pytest.mark.parametrize(("parallelism", "tried"), [(1, 2), (3, 5)])
def test_after_a_registry_has_gone_away_the_rest_is_not_tried(parallelism: int, tried: int) -> None:
    tags = [f"t{number}" for number in range(9)]
    gone = Calls(dict.fromkeys(tags, RegistryUnavailable("can't be reached")))
    outcomes = list(execute(_creating(*tags), gone, Execution("shop", parallelism=parallelism)))
    assert len(gone.made) == tried, "as many as ran when it was known"
    assert [each.status for each in outcomes] == [Status.FAILED] * tried + [Status.NOT_TRIED] * (9 - tried)


def test_calls_that_miss_the_registry_now_and_then_keep_no_other_back() -> None:
    tags = [f"t{number}" for number in range(9)]
    flaky = Calls(dict.fromkeys(tags[::2], RegistryUnavailable("can't be reached")))
    outcomes = list(execute(_creating(*tags), flaky, Execution("shop", parallelism=1)))
    assert [each.status for each in outcomes] == [Status.FAILED, Status.DONE] * 4 + [Status.FAILED]


def test_nothing_is_deleted_from_a_registry_that_has_gone_away() -> None:
    live = [record(session_type("z"), applied=session_type("z"))]
    gone = Calls(dict.fromkeys("ab", RegistryUnavailable("can't be reached")))
    plan = plan_of(map(desired, [session_type("a"), session_type("b")]), live, prune=True)
    outcomes = list(execute(plan, gone, Execution("p", parallelism=1)))
    assert _statuses(outcomes) == {"a": Status.FAILED, "b": Status.FAILED, "z": Status.NOT_TRIED}
