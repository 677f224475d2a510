"""Starting, verifying and ending sessions, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from reconciler.port import IdempotencyConflict, RegistryRejected
from reconciler.registry.store import Database, Store
from reconciler.registry.store.sessions.service import SessionService, StoredSessions
from reconciler.runtime import (
    InvalidSessionData,
    SessionErrorCode,
    UnknownSession,
    UnknownSessionType,
    UnknownUser,
    UserStatus,
)
from tests.builders import secret_part
from tests.registry.sessions.conftest import DEVICE, NOON, USER, Time, World, data


def test_a_session_starts_and_its_token_is_good(sessions: StoredSessions) -> None:
    pair = sessions.start("user", data())
    verdict = sessions.verify("user", pair.token)

    assert pair.token.startswith("user:")
    assert pair.expires_at == NOON + timedelta(hours=1)
    assert pair.refresh_expires_at == NOON + timedelta(hours=2)
    assert (verdict.valid, verdict.reason, verdict.data) == (True, None, data())
    assert (verdict.session_id, verdict.identifier, verdict.expires_at) == (pair.session_id, "ada", pair.expires_at)
    assert pair.token not in repr(pair)
    assert pair.refresh_token not in repr(pair)


def test_no_secret_is_in_the_database(sessions: StoredSessions, database: Database, world: World) -> None:
    pair = sessions.start("user", data(), idempotency_key="k")
    second = sessions.refresh("user", pair.refresh_token, client_key="c")
    with database.reading() as connection:
        tables = ("session_keys", "sessions", "session_refreshes", "session_starts", "session_events")
        held = str([connection.execute(text(f"SELECT * FROM {table}")).all() for table in tables])  # noqa: S608
    for secret in (pair.token, pair.refresh_token, second.token, second.refresh_token):
        assert secret not in held
        assert secret_part(secret) not in held
    assert world.services().keys("shop", "prd").list()[0].key_id in held


def test_an_identifier_is_text_in_the_lists_and_keeps_its_type_in_the_token(sessions: StoredSessions) -> None:
    pair = sessions.start("device", {"serial": 7})
    assert sessions.verify("device", pair.token).data == {"serial": 7}
    assert sessions.verify("device", pair.token).identifier == "7"
    assert [user.identifier for user in sessions.users("device").users] == ["7"]
    assert sessions.user("device", "7").latest_data == {"serial": 7}


def test_all_that_is_wrong_with_a_start_is_told_at_once(sessions: StoredSessions) -> None:
    with pytest.raises(InvalidSessionData) as refused:
        sessions.start("user", {"details": {"age": "old"}, "x": 1}, expires_in=3601)
    assert [problem.pointer for problem in refused.value.problems] == [
        "/data/id",
        "/data/details/age",
        "/data/x",
        "/expires_in",
    ]
    assert refused.value.code is SessionErrorCode.INVALID_SESSION_DATA
    assert refused.value.message == "A session of `user` can't be started with this: `id` is missing. And 3 more"
    assert sessions.users("user").total == 0


def test_an_unknown_session_type_is_named_with_the_likely_one(sessions: StoredSessions) -> None:
    calls: list[Callable[[], object]] = [
        lambda: sessions.start("users", data()),
        lambda: sessions.users("users"),
        lambda: sessions.user("users", "ada"),
        lambda: sessions.active("users"),
        lambda: sessions.dashboard("users"),
    ]
    for call in calls:
        with pytest.raises(UnknownSessionType) as refused:
            call()
        assert refused.value.message == "The product shop has no session type `users`"
        assert refused.value.hint == "Did you mean `user`?"
        assert refused.value.tag == "users"


@pytest.mark.parametrize("env", ["", "a/b", "prd ", "-x", "a" * 65, "é"])
def test_an_environment_has_a_plain_name(service: SessionService, env: str) -> None:
    with pytest.raises(RegistryRejected, match="is no name of an environment"):
        service.sessions("shop", env)


def test_a_wish_to_live_shorter_is_heard_also_after_a_refresh(sessions: StoredSessions, time: Time) -> None:
    pair = sessions.start("user", data(), expires_in=60)
    assert pair.expires_at == NOON + timedelta(seconds=60)
    time.passes(seconds=60)
    assert sessions.verify("user", pair.token).reason == "expired"
    assert sessions.refresh("user", pair.refresh_token).expires_at == time.at + timedelta(seconds=60)


def test_a_changed_lifetime_counts_for_new_and_refreshed_sessions_only(sessions: StoredSessions, world: World) -> None:
    before = sessions.start("user", data())
    world.change(USER, expiry=10)
    after = sessions.start("user", data())
    assert after.expires_at == NOON + timedelta(hours=10)
    world.time.passes(hours=1)
    assert sessions.verify("user", before.token).reason == "expired"
    assert sessions.verify("user", after.token).valid
    assert sessions.refresh("user", before.refresh_token).expires_at == world.time.at + timedelta(hours=10)


def test_months_are_of_the_calendar(sessions: StoredSessions, time: Time) -> None:
    time.passes(days=67)  # January 30
    pair = sessions.start("device", {"serial": 1})
    assert pair.expires_at.isoformat() == "2027-02-28T12:00:00+00:00"
    assert pair.refresh_expires_at.isoformat() == "2027-03-30T12:00:00+00:00"


def test_the_same_idempotency_key_gives_the_same_session(world: World) -> None:
    first = world.sessions().start("user", data(), idempotency_key="order-1")
    world.time.passes(hours=23)
    again = world.sessions().start("user", data(), idempotency_key="order-1")
    assert again == first
    assert world.sessions().dashboard("user").total_sessions == 1
    other = world.sessions(actor="bob").start("user", data(), idempotency_key="order-1")
    elsewhere = world.sessions(env="stg").start("user", data(), idempotency_key="order-1")
    assert len({first.session_id, other.session_id, elsewhere.session_id}) == 3


def test_an_idempotency_key_stands_for_one_request_and_one_day(sessions: StoredSessions, time: Time) -> None:
    first = sessions.start("user", data(), idempotency_key="k")
    with pytest.raises(IdempotencyConflict):
        sessions.start("user", data("bob"), idempotency_key="k")
    with pytest.raises(IdempotencyConflict):
        sessions.start("user", data(), expires_in=5, idempotency_key="k")
    time.passes(hours=24, seconds=1)
    assert sessions.start("user", data("bob"), idempotency_key="k").session_id != first.session_id
    for key in ("", "k" * 256):
        with pytest.raises(RegistryRejected, match="1 to 255 characters"):
            sessions.start("user", data(), idempotency_key=key)


def test_a_refused_start_leaves_its_idempotency_key_unused(sessions: StoredSessions) -> None:
    with pytest.raises(InvalidSessionData):
        sessions.start("user", {}, idempotency_key="k")
    assert sessions.verify("user", sessions.start("user", data(), idempotency_key="k").token).valid


def test_of_many_equal_requests_at_once_one_starts_a_session(world: World) -> None:
    service = world.services()
    with ThreadPoolExecutor(6) as threads:
        pairs = list(
            threads.map(
                lambda _: service.sessions("shop", "prd", actor="x").start("user", data(), idempotency_key="k"),
                range(12),
            )
        )
    assert len(set(pairs)) == 1
    assert service.sessions("shop", "prd").dashboard("user").total_sessions == 1


def test_many_sessions_at_once_are_all_counted(service: SessionService) -> None:
    sessions = service.sessions("shop", "prd")
    with ThreadPoolExecutor(6) as threads:
        pairs = list(threads.map(lambda number: sessions.start("user", data(f"u{number % 5}")), range(40)))
        list(threads.map(lambda pair: sessions.revoke("user", pair.session_id), pairs[:10]))
    board = sessions.dashboard("user")
    assert (board.total_sessions, board.active_sessions, board.total_users) == (40, 30, 5)
    assert board.average_sessions_per_user == 8.0
    assert {user.total_sessions for user in sessions.users("user").users} == {8}


def test_a_revoked_session_is_refused_and_stays_in_the_history(sessions: StoredSessions, time: Time) -> None:
    pair, other = sessions.start("user", data()), sessions.start("user", data())
    time.passes(seconds=5)
    assert sessions.revoke("user", pair.session_id).sessions == 1
    assert sessions.verify("user", pair.token).reason == "revoked"
    assert sessions.verify("user", other.token).valid
    assert sessions.revoke("user", pair.session_id).sessions == 0
    kept = {each.session_id: each for each in sessions.user("user", "ada").sessions}
    assert (kept[pair.session_id].active, kept[pair.session_id].revoked_at) == (False, time.at)
    assert (kept[other.session_id].active, kept[other.session_id].revoked_at) == (True, None)


def test_revoking_what_is_not_there_is_an_error_for_one_session_only(world: World) -> None:
    pair = world.sessions().start("user", data())
    for tag, session_id, env in (
        ("user", "nope", "prd"),
        ("device", pair.session_id, "prd"),
        ("user", pair.session_id, "stg"),
    ):
        with pytest.raises(UnknownSession) as refused:
            world.sessions(env=env).revoke(tag, session_id)
        assert refused.value.code is SessionErrorCode.SESSION_NOT_FOUND
    assert world.sessions().revoke_all("user", "nobody").sessions == 0
    assert world.sessions().verify("user", pair.token).valid


def test_all_sessions_of_a_user_end_and_nobody_elses(world: World) -> None:
    sessions = world.sessions()
    hers = [sessions.start("user", data()) for _ in range(3)]
    others = [sessions.start("user", data("bob")), sessions.start("device", {"serial": 1})]
    elsewhere = world.sessions(env="stg").start("user", data())
    assert sessions.revoke_all("user", "ada").sessions == 3
    assert {sessions.verify("user", pair.token).reason for pair in hers} == {"revoked"}
    assert sessions.verify("user", others[0].token).valid
    assert sessions.verify("device", others[1].token).valid
    assert world.sessions(env="stg").verify("user", elsewhere.token).valid
    assert sessions.verify("user", sessions.start("user", data()).token).valid


def test_a_user_is_shown_with_the_newest_sessions(sessions: StoredSessions, time: Time) -> None:
    for age in range(5):
        sessions.start("user", data(age=age))
        time.passes(minutes=1)
    found = sessions.user("user", "ada", limit=2)
    assert [each.data for each in found.sessions] == [data(age=4), data(age=3)]
    assert found.latest_data == data(age=4)
    assert (found.user.total_sessions, found.user.active_sessions) == (5, 5)
    assert (found.user.first_seen, found.user.last_seen) == (NOON, NOON + timedelta(minutes=4))
    with pytest.raises(UnknownUser) as refused:
        sessions.user("user", "bob")
    assert refused.value.message == "`bob` never had a session of `user` in prd"


def test_pages_hold_everybody_once_in_order(sessions: StoredSessions, time: Time) -> None:
    for number in range(7):
        sessions.start("user", data(f"u{number}"))
        time.passes(seconds=1)
    users = [sessions.users("user", page=page, limit=3) for page in (1, 2, 3, 4)]
    assert [[user.identifier for user in page.users] for page in users] == [
        ["u6", "u5", "u4"],
        ["u3", "u2", "u1"],
        ["u0"],
        [],
    ]
    assert {(page.total, page.total_pages, page.limit) for page in users} == {(7, 3, 3)}
    active = [sessions.active("user", page=page, limit=3) for page in (1, 2, 3)]
    assert [[each.identifier for each in page.sessions] for page in active] == [
        ["u6", "u5", "u4"],
        ["u3", "u2", "u1"],
        ["u0"],
    ]
    assert [page.total for page in active] == [7, 7, 7]
    one = sessions.active("user", identifier="u3")
    assert ([each.identifier for each in one.sessions], one.total) == (["u3"], 1)
    assert sessions.active("user", identifier="nobody").total_pages == 0


@pytest.mark.parametrize(("page", "limit"), [(0, 1), (-1, 1), (1, 0), (1, 1001)])
def test_a_page_that_there_can_not_be_is_refused(sessions: StoredSessions, page: int, limit: int) -> None:
    for call in (sessions.users, sessions.active):
        with pytest.raises(RegistryRejected, match="counts from 1"):
            call("user", page=page, limit=limit)


def test_a_user_goes_from_active_to_expired_or_inactive(sessions: StoredSessions, time: Time) -> None:
    def status() -> dict[str, UserStatus]:
        return {user.identifier: user.status for user in sessions.users("user").users}

    sessions.start("user", data("ran out"))
    revoked = sessions.start("user", data("revoked"))
    sessions.revoke("user", revoked.session_id)
    assert status() == {"ran out": UserStatus.ACTIVE, "revoked": UserStatus.INACTIVE}
    time.passes(hours=1)
    assert status() == {"ran out": UserStatus.EXPIRED, "revoked": UserStatus.INACTIVE}
    board = sessions.dashboard("user")
    assert (board.active_users, board.inactive_users, board.expired_users) == (0, 1, 1)


def test_a_deleted_type_starts_and_refreshes_nothing_and_its_tokens_run_out(world: World) -> None:
    sessions = world.sessions()
    pair = sessions.start("device", {"serial": 1})
    store = Store(world.database, product="shop", actor="ada", clock=lambda: world.time.at)
    revision = next(each.revision for each in store.fetch().records if each.tag == "device")
    store.delete("device", revision=revision)
    assert sessions.verify("device", pair.token).valid
    with pytest.raises(UnknownSessionType):
        sessions.start("device", {"serial": 1})
    with pytest.raises(UnknownSessionType):
        sessions.refresh("device", pair.refresh_token)
    assert sessions.dashboard("device").active_sessions == 1
    world.change(DEVICE)
    assert sessions.verify("device", sessions.refresh("device", pair.refresh_token).token).valid
