"""The dashboard, the impact and retention, as time passes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from reconciler.port import EnvironmentImpact, Impact
from reconciler.registry.store import Database, StoreReader
from reconciler.registry.store.sessions import retention
from reconciler.registry.store.sessions.service import SessionService, StoredSessions
from reconciler.runtime import Dashboard, Day, RefreshRefused, UnknownSession
from tests.registry.sessions.conftest import NOON, USER, Time, World, data


def test_a_type_without_sessions_has_zeros(sessions: StoredSessions) -> None:
    days = tuple(Day(date(2026, 11, day), 0, 0) for day in (23, 24))
    board = sessions.dashboard("user", days=2)
    assert board == Dashboard(0, 0, 0, 0, 0, 0, 0, 0, days)
    assert board.average_sessions_per_user == 0.0


def test_today_is_in_utc_and_the_week_begins_on_monday(sessions: StoredSessions, time: Time) -> None:
    time.passes(days=-2)  # Sunday
    sessions.start("user", data("sunday"))
    time.passes(hours=11, minutes=59)
    sessions.start("user", data("still sunday"))
    time.passes(minutes=1)
    sessions.start("user", data("monday"))
    time.passes(days=1, hours=12)
    sessions.start("user", data("tuesday"))
    sessions.start("user", data("monday"))

    board = sessions.dashboard("user", days=3)
    assert (board.total_users, board.new_users_today, board.new_users_this_week) == (4, 1, 2)
    assert [(day.day.isoformat(), day.sessions, day.new_users) for day in board.timeline] == [
        ("2026-11-22", 2, 2),
        ("2026-11-23", 1, 1),
        ("2026-11-24", 2, 1),
    ]
    assert (board.total_sessions, board.average_sessions_per_user) == (5, 1.25)
    assert sessions.dashboard("user", days=1).new_users_this_week == 2


@pytest.mark.parametrize("lifetime", [1, 59, 60, 61, 119, 3_540, 3_599, 3_600])
def test_the_count_of_live_sessions_is_right_at_every_moment(
    sessions: StoredSessions, time: Time, lifetime: int
) -> None:
    time.passes(minutes=17, seconds=13, milliseconds=7)
    sessions.start("user", data(), expires_in=lifetime)
    for passed in (lifetime - 0.001, 0.001, 1, 60, 3600):
        alive = passed == lifetime - 0.001
        time.passes(seconds=passed)
        board = sessions.dashboard("user")
        assert (board.active_sessions, board.active_users, board.expired_users) == (alive, alive, not alive)
        assert sessions.active("user").total == len(sessions.active("user").sessions) == alive


def test_the_impact_is_told_for_each_environment(world: World) -> None:
    reader = StoreReader(world.database, product="shop", clock=lambda: world.time.at)
    assert reader.impact("user") == Impact(0, 0, ())
    assert reader.impact("nope") is None
    for env, user in (("prd", "ada"), ("prd", "ada"), ("prd", "bob"), ("stg", "ada")):
        world.sessions(env=env).start("user", data(user))
    expected = Impact(4, 3, (EnvironmentImpact("prd", 3, 2), EnvironmentImpact("stg", 1, 1)))
    assert reader.impact("user") == expected
    both = {"user": expected, "device": Impact(0, 0, ())}
    assert reader.impacts(["user", "device"]) == reader.impacts() == both
    many = reader.impacts([f"t{number}" for number in range(40_000)] + ["user"])
    assert len(many) == 40_001
    assert {tag: impact for tag, impact in many.items() if impact != Impact(0, 0, ())} == {"user": expected}
    world.change(USER, product="other")
    assert StoreReader(world.database, product="other").impact("user") == Impact(0, 0, ())
    world.time.passes(hours=1)
    assert reader.impact("user") == Impact(0, 0, (EnvironmentImpact("prd", 0, 0), EnvironmentImpact("stg", 0, 0)))


def test_pruning_keeps_the_totals(world: World, service: SessionService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "LOT", 3)
    sessions = service.sessions("shop", "prd")
    old = [sessions.start("user", data(f"u{number % 4}")) for number in range(8)]
    sessions.revoke("user", old[0].session_id)
    other = service.sessions("other", "prd")
    world.change(USER, product="other")
    other.start("user", data())
    world.time.passes(hours=1)
    before = sessions.dashboard("user")
    # Their refresh tokens are still good.
    assert service.prune(world.time.at).sessions == 1
    world.time.passes(hours=1, seconds=1)
    kept = sessions.start("user", data("u0"))
    assert service.prune(world.time.at - timedelta(hours=1)).sessions == 0
    assert service.prune(world.time.at, product="shop").sessions == 7

    after = sessions.dashboard("user")
    assert (after.total_sessions, after.total_users) == (9, 4)
    assert (before.total_sessions, before.expired_users) == (8, 4)
    assert after.timeline[-1] == Day(NOON.date(), 9, 4)
    assert (after.active_users, after.expired_users, after.active_sessions) == (1, 3, 1)
    found = sessions.user("user", "u0")
    assert (found.user.total_sessions, found.user.first_seen) == (3, NOON)
    assert [each.session_id for each in found.sessions] == [kept.session_id]
    assert sessions.user("user", "u1").sessions == ()
    assert sessions.user("user", "u1").latest_data is None
    with pytest.raises(UnknownSession):
        sessions.revoke("user", old[1].session_id)
    with pytest.raises(RefreshRefused):
        sessions.refresh("user", old[1].refresh_token)
    assert other.dashboard("user").total_sessions == 1
    assert len(other.user("user", "ada").sessions) == 1


def test_pruning_into_the_future_spares_what_is_live(service: SessionService, world: World) -> None:
    sessions = service.sessions("shop", "prd")
    pair = sessions.start("user", data(), idempotency_key="k")
    assert service.prune(world.time.at + timedelta(days=999)).sessions == 0
    assert sessions.verify("user", pair.token).valid
    assert sessions.start("user", data(), idempotency_key="k") == pair


def test_pruning_leaves_nothing_of_what_is_past(service: SessionService, world: World, database: Database) -> None:
    sessions = service.sessions("shop", "prd")
    pair = sessions.start("user", data(), idempotency_key="k")
    sessions.refresh("user", pair.refresh_token)
    world.time.passes(days=2)
    assert service.prune(world.time.at).sessions == 1
    with database.reading() as connection:
        for table in ("sessions", "session_refreshes", "session_starts"):
            assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table  # noqa: S608
        kinds = connection.scalars(text("SELECT DISTINCT kind FROM session_counters ORDER BY kind")).all()
    assert kinds == ["new_users", "started"]
