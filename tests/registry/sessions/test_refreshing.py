"""Refresh tokens: used once, with a short grace for an answer that was lost, and a trap for thieves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from reconciler.registry.store import Database
from reconciler.registry.store.sessions.service import StoredSessions
from reconciler.runtime import InvalidSessionData, Pair, RefreshRefused
from tests.builders import secret_part
from tests.registry.sessions.conftest import NOON, USER, Time, World, data


def refusal(sessions: StoredSessions, token: str, *, tag: str = "user", client: str | None = None) -> RefreshRefused:
    with pytest.raises(RefreshRefused) as refused:
        sessions.refresh(tag, token, client_key=client)
    assert refused.value.code == "refresh-refused"
    assert not token or token not in refused.value.message + refused.value.hint
    return refused.value


def test_a_refresh_gives_a_new_pair_of_the_same_session(sessions: StoredSessions, time: Time) -> None:
    first = sessions.start("user", data())
    time.passes(minutes=30)
    second = sessions.refresh("user", first.refresh_token)

    assert second.session_id == first.session_id
    assert second.token != first.token
    assert second.refresh_token != first.refresh_token
    assert second.expires_at == NOON + timedelta(minutes=90)
    assert sessions.verify("user", first.token).valid
    assert sessions.verify("user", second.token).data == data()
    board = sessions.dashboard("user")
    assert (board.total_sessions, board.active_sessions) == (1, 1)
    time.passes(minutes=30)
    assert sessions.verify("user", first.token).reason == "expired"
    assert sessions.verify("user", second.token).valid


def test_a_session_can_be_refreshed_after_its_token_expired(sessions: StoredSessions, time: Time) -> None:
    pair = sessions.start("user", data())
    time.passes(minutes=119)
    assert sessions.dashboard("user").active_users == 0
    assert sessions.verify("user", sessions.refresh("user", pair.refresh_token).token).valid
    assert sessions.dashboard("user").active_users == 1


def test_a_refresh_token_expires(sessions: StoredSessions, time: Time) -> None:
    pair = sessions.start("user", data())
    time.passes(hours=2)
    assert refusal(sessions, pair.refresh_token).reason == "expired"


def test_reuse_revokes_the_session_for_everybody(sessions: StoredSessions, time: Time) -> None:
    first = sessions.start("user", data())
    second = sessions.refresh("user", first.refresh_token)
    third = sessions.refresh("user", second.refresh_token)
    time.passes(minutes=1)

    refused = refusal(sessions, first.refresh_token)
    assert (refused.reason, refused.reused) == ("revoked", True)
    assert {sessions.verify("user", pair.token).reason for pair in (first, second, third)} == {"revoked"}
    again = refusal(sessions, third.refresh_token)
    assert (again.reason, again.reused) == ("revoked", False)
    assert sessions.dashboard("user").active_sessions == 0


@pytest.mark.parametrize("client", ["phone", "é\ud800"])
def test_a_lost_answer_is_given_again_to_the_same_client(world: World, client: str) -> None:
    first = world.sessions().start("user", data())
    second = world.sessions().refresh("user", first.refresh_token, client_key=client)
    world.time.passes(seconds=10)
    # Another process, too.
    assert world.sessions().refresh("user", first.refresh_token, client_key=client) == second
    assert world.sessions().dashboard("user").total_sessions == 1
    assert world.sessions().verify("user", second.token).valid


@pytest.mark.parametrize(
    ("first_key", "second_key", "after"),
    [("a", "b", 1), ("a", None, 1), (None, None, 1), (None, "a", 1), ("a", "a", 11)],
)
def test_nobody_else_and_nobody_later_gets_it(
    sessions: StoredSessions, time: Time, first_key: str | None, second_key: str | None, after: int
) -> None:
    pair = sessions.start("user", data())
    sessions.refresh("user", pair.refresh_token, client_key=first_key)
    time.passes(seconds=after)
    assert refusal(sessions, pair.refresh_token, client=second_key).reused


def test_the_grace_ends_when_the_new_token_is_used(sessions: StoredSessions) -> None:
    first = sessions.start("user", data())
    second = sessions.refresh("user", first.refresh_token, client_key="phone")
    sessions.refresh("user", second.refresh_token, client_key="phone")
    assert refusal(sessions, first.refresh_token, client="phone").reused


def at_once(sessions: StoredSessions, token: str, client: str | None, times: int) -> list[Pair | RefreshRefused]:
    def attempt(_: int) -> Pair | RefreshRefused:
        try:
            return sessions.refresh("user", token, client_key=client)
        except RefreshRefused as refused:
            return refused

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(attempt, range(times)))


def test_of_two_at_once_one_wins_and_the_session_ends(sessions: StoredSessions) -> None:
    pair = sessions.start("user", data())
    answers = at_once(sessions, pair.refresh_token, None, 2)
    won = [answer for answer in answers if isinstance(answer, Pair)]
    lost = [answer for answer in answers if isinstance(answer, RefreshRefused)]
    assert (len(won), [each.reused for each in lost]) == (1, [True])
    assert sessions.verify("user", won[0].token).reason == "revoked"


def test_the_same_client_at_once_gets_one_pair(sessions: StoredSessions) -> None:
    pair = sessions.start("user", data())
    answers = at_once(sessions, pair.refresh_token, "phone", 6)
    assert len(set(answers)) == 1
    assert isinstance(answers[0], Pair)
    assert sessions.verify("user", answers[0].token).valid


def test_a_refresh_token_counts_only_where_it_was_given_out(world: World) -> None:
    pair = world.sessions().start("user", data())
    assert refusal(world.sessions(env="stg"), pair.refresh_token).reason == "invalid"
    assert refusal(world.sessions(), pair.refresh_token, tag="device").reason == "invalid"
    world.change(USER, product="other")
    assert refusal(world.sessions(product="other"), pair.refresh_token).reason == "invalid"
    # And none of these has used it up.
    assert world.sessions().refresh("user", pair.refresh_token).session_id == pair.session_id


def test_whoever_knows_only_the_id_gets_and_does_nothing(sessions: StoredSessions) -> None:
    pair = sessions.start("user", data())
    sessions.refresh("user", pair.refresh_token)
    secret = secret_part(pair.refresh_token)
    prefix = pair.refresh_token.removesuffix(f"_{secret}")
    for guess in (f"{prefix}_{'A' * 43}", prefix, secret, "", "rcr_", pair.refresh_token + "A", "\ud800", pair.token):
        assert refusal(sessions, guess).reason == "invalid"
    assert sessions.dashboard("user").active_sessions == 1


def test_a_session_outlives_fields_that_its_type_gained(sessions: StoredSessions, world: World, time: Time) -> None:
    pair = sessions.start("user", data())
    world.change(USER, schema={"id": "u1", "details": {"age": 36, "mail": {"at": "x"}}, "plan": "pro"})
    with pytest.raises(InvalidSessionData):
        sessions.start("user", data())
    for _ in range(3):
        time.passes(minutes=30)
        pair = sessions.refresh("user", pair.refresh_token)
        assert sessions.verify("user", pair.token).data == data()


@pytest.mark.parametrize(
    "changed",
    [
        {"schema": {"id": "u1"}},
        {"schema": {"id": "u1", "details": {"old": 36}}},
        {"schema": {"id": "u1", "details": {"age": "36"}}},
        {"schema": {"id": "u1", "details": {"age": 36}, "mail": "x"}, "selector": "$Session{mail}"},
        {"schema": {"id": "u1", "details": {"age": 36, "no": 1}}, "selector": "$Session{details}{no}"},
    ],
)
def test_data_that_no_longer_fits_its_type_is_not_prolonged(
    sessions: StoredSessions, world: World, changed: dict[str, Any]
) -> None:
    pair = sessions.start("user", data())
    world.change(USER, **changed)
    refused = refusal(sessions, pair.refresh_token)
    assert refused.reason == "invalid"
    assert refused.message == "The session type `user` has changed, and the session's data no longer fits it"
    assert sessions.verify("user", pair.token).valid
    world.change(USER)
    assert sessions.verify("user", sessions.refresh("user", pair.refresh_token).token).valid


def test_a_session_does_not_pass_to_another_user_when_the_selector_changes(world: World) -> None:
    schema: dict[str, Any] = {"id": "u1", "owner": "o1"}
    world.change(USER, tag="doc", schema=schema)
    sessions = world.sessions()
    pair = sessions.start("doc", {"id": "ada", "owner": "bob"})
    world.change(USER, tag="doc", schema=schema, selector="$Session{owner}")
    assert refusal(sessions, pair.refresh_token, tag="doc").reason == "invalid"


def test_what_a_session_leaves_behind_does_not_grow_for_ever(
    sessions: StoredSessions, time: Time, database: Database
) -> None:
    pair = sessions.start("user", data())
    for _ in range(20):
        time.passes(minutes=30)
        pair = sessions.refresh("user", pair.refresh_token, client_key="c")
    with database.reading() as connection:
        kept, answers = connection.execute(text("SELECT count(*), count(answer) FROM session_refreshes")).one()
    assert kept <= 6
    assert answers == 1
