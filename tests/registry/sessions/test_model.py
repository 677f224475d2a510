"""Start, verify, refresh, revoke, rotate, retire, prune and the clock, against the model, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count, cycle

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from reconciler.registry.store import Database, StoreReader
from reconciler.registry.store.sessions.service import SessionService
from reconciler.runtime import Pair, RefreshRefused, UnknownKey, UserStatus
from reconciler.runtime.policy import ends
from reconciler.session_type import SessionType
from tests.registry.sessions.conftest import DEVICE, MASTER, REFRESH, USER, Time, World
from tests.registry.sessions.model import Model, ModelKey, ModelRefresh, ModelSession, ModelToken, midnight, monday

ENVS = st.sampled_from(["prd", "stg"])
TYPES = st.sampled_from([USER, DEVICE])
PLACES = [(env, tag) for env in ("prd", "stg") for tag in ("user", "device")]
INDEX = st.integers(0, 1000)
USED_AFTER = timedelta(seconds=2)


def data_of(session_type: SessionType, user: int) -> dict[str, object]:
    return {"serial": user} if session_type is DEVICE else {"id": f"u{user}", "details": {"age": user}}


class SessionMachine(RuleBasedStateMachine):
    """Does the same on both."""

    def __init__(self, database: Database, product: str) -> None:
        super().__init__()
        self.time = Time()
        self.product = product
        self.database = database
        world = World(database, self.time, self.new_service)
        world.change(USER, product)
        world.change(DEVICE, product)
        # Two processes.
        self.here, self.there = self.new_service(), self.new_service()
        self.model = Model(lambda: self.time.at)
        # A step asks of one place each, in turn: what is wrong of another is still wrong a few steps later.
        self.boards, self.lists = cycle(PLACES), cycle(PLACES)

    def new_service(self) -> SessionService:
        surroundings = self.time.surroundings()
        return SessionService(self.database, lambda: MASTER, refresh=REFRESH, surroundings=surroundings)

    @rule(env=ENVS, session_type=TYPES, user=st.integers(1, 3), expires_in=st.sampled_from([None, None, 1, 90, 3600]))
    def start(self, env: str, session_type: SessionType, user: int, expires_in: int | None) -> None:
        sessions = self.here.sessions(self.product, env)
        pair = sessions.start(session_type.tag, data_of(session_type, user), expires_in=expires_in)
        now = self.time.at
        assert pair.expires_at == ends(session_type.lifetime, now, expires_in=expires_in)
        key_id = self.key_used(env)
        identifier = str(user) if session_type is DEVICE else f"u{user}"
        over = max(pair.expires_at, pair.refresh_expires_at)
        session = ModelSession(pair, env, session_type.tag, identifier, now, pair.expires_at, over, key_id, expires_in)
        self.model.sessions.append(session)
        self.model.issued(session, pair, key_id)

    def key_used(self, env: str) -> str:
        """Return the key that was current, which the first token of an environment has brought about."""
        if self.model.current(env) is None:
            known = {key.key_id for key in self.model.keys}
            made = [key for key in self.here.keys(self.product, env).list() if key.key_id not in known]
            assert len(made) == 1
            self.model.keys.append(ModelKey(made[0].key_id, env, self.time.at))
        current = self.model.current(env)
        assert current is not None
        return current.key_id

    @precondition(lambda self: self.model.tokens)
    @rule(index=INDEX, elsewhere=st.booleans())
    def verify(self, index: int, elsewhere: bool) -> None:
        token = self.model.tokens[index % len(self.model.tokens)]
        if elsewhere:
            self.time.passes(seconds=1.001)
        service = self.there if elsewhere else self.here
        self.expect_verdict(service, token)

    def expect_verdict(self, service: SessionService, token: ModelToken) -> None:
        session = token.session
        verdict = service.sessions(self.product, session.env).verify(session.tag, token.text)
        assert verdict.reason == self.model.verdict(token)
        assert verdict.valid == (verdict.reason is None)
        if verdict.valid:
            assert verdict.session_id == session.pair.session_id
            assert verdict.identifier == session.user
            assert verdict.expires_at == token.expires_at
        else:
            assert (verdict.data, verdict.session_id, verdict.identifier, verdict.expires_at) == (None,) * 4
        other = "stg" if session.env == "prd" else "prd"
        assert service.sessions(self.product, other).verify(session.tag, token.text).reason == "invalid"

    @precondition(lambda self: self.model.refreshes)
    @rule(index=INDEX, client=st.sampled_from([None, "a", "b"]))
    def refresh(self, index: int, client: str | None) -> None:
        # Mostly a new one, or nothing is ever prolonged.
        token = self.model.refreshes[-1 - index % len(self.model.refreshes)]
        session = token.session
        now = self.time.at
        sessions = self.here.sessions(self.product, session.env)
        expected = self.expected_refusal(token, client)
        if expected is not None:
            with pytest.raises(RefreshRefused) as refused:
                sessions.refresh(session.tag, token.text, client_key=client)
            assert (refused.value.reason, refused.value.reused) == expected
            if refused.value.reused:
                self.model.end(lambda each: each is session)
            return
        pair = sessions.refresh(session.tag, token.text, client_key=client)
        if token.used_at is not None:
            assert pair == token.answer
            return
        self.note_refresh(token, pair, client)
        assert pair.session_id == session.pair.session_id
        assert session.ends_at >= pair.expires_at > now

    def expected_refusal(self, token: ModelRefresh, client: str | None) -> tuple[str, bool] | None:
        if token.session.pruned or token.forgotten:
            return "invalid", False
        if token.session.revoked_at is not None:
            return "revoked", False
        if token.used_at is not None:
            again = client is not None and client == token.client and token.answer is not None
            recent = self.time.at - token.used_at <= timedelta(seconds=10)
            return None if again and recent else ("revoked", True)
        return ("expired", False) if token.expires_at <= self.time.at else None

    def note_refresh(self, token: ModelRefresh, pair: Pair, client: str | None) -> None:
        session, now = token.session, self.time.at
        key_id = self.key_used(session.env)
        for other in self.model.refreshes:
            if other.session is session and other is not token:
                other.answer = None
                other.forgotten |= other.expires_at <= now
        token.used_at, token.client, token.answer = now, client, pair if client is not None else None
        session.ends_at = max(session.ends_at, pair.expires_at)
        session.over_at = max(session.ends_at, pair.refresh_expires_at)
        session.key_id = key_id
        self.model.issued(session, pair, key_id)

    @precondition(lambda self: self.model.sessions)
    @rule(index=INDEX)
    def revoke(self, index: int) -> None:
        session = self.model.sessions[index % len(self.model.sessions)]
        if not session.pruned:
            ended = self.model.end(lambda each: each is session)
            sessions = self.here.sessions(self.product, session.env)
            assert sessions.revoke(session.tag, session.pair.session_id).sessions == len(ended)

    @rule(env=ENVS, session_type=TYPES, user=st.integers(1, 3))
    def revoke_all(self, env: str, session_type: SessionType, user: int) -> None:
        identifier = str(user) if session_type is DEVICE else f"u{user}"
        wanted = (env, session_type.tag, identifier)
        ended = self.model.end(lambda each: (each.env, each.tag, each.user) == wanted)
        revoked = self.here.sessions(self.product, env).revoke_all(session_type.tag, identifier)
        assert revoked.sessions == len(ended)

    @rule(env=ENVS)
    def rotate(self, env: str) -> None:
        first = self.model.current(env) is None
        made = self.here.keys(self.product, env).rotate()
        assert made.active_from == self.time.at + (timedelta(0) if first else USED_AFTER)
        self.time.passes(milliseconds=1)  # keys have an order
        self.model.keys.append(ModelKey(made.key_id, env, made.active_from))

    @precondition(lambda self: self.model.keys)
    @rule(index=INDEX)
    def retire(self, index: int) -> None:
        key = self.model.keys[index % len(self.model.keys)]
        keys = self.here.keys(self.product, key.env)
        if key.retired:
            with pytest.raises(UnknownKey):
                keys.retire(key.key_id)
            return
        concerned = [each for each in self.model.sessions if each.key_id == key.key_id]
        live = [each for each in concerned if each.is_live(self.time.at)]
        retired = keys.retire(key.key_id)
        assert retired.sessions == len(live)
        assert retired.users == len({(each.tag, each.user) for each in live})
        self.model.end(lambda each: each.key_id == key.key_id)
        key.retired = True
        assert [info.key_id for info in keys.list() if info.current] == [
            current.key_id for current in [self.model.current(key.env)] if current
        ]

    @rule(passed=st.sampled_from([1, 9, 10, 60, 3599, 3600, 2 * 3600, 86_400, 31 * 86_400]))
    def time_passes(self, passed: int) -> None:
        self.time.passes(seconds=passed)

    @rule(age=st.sampled_from([0, 3600, 86_400]))
    def prune(self, age: int) -> None:
        before = self.time.at - timedelta(seconds=age)
        gone = []
        for session in self.model.sessions:
            over = session.revoked_at or session.over_at
            if not session.pruned and over < before:
                session.pruned = True
                gone.append(session)
        assert self.here.prune(before, product=self.product).sessions == len(gone)

    @invariant()
    def the_numbers_are_right(self) -> None:
        self.expect_numbers(*next(self.boards))

    @invariant()
    def the_users_are_right(self) -> None:
        self.expect_users(*next(self.lists))

    def teardown(self) -> None:
        for place in PLACES:
            self.expect_numbers(*place)
            self.expect_users(*place)

    def expect_numbers(self, env: str, tag: str) -> None:
        now = self.time.at
        users, live = self.model.users(env, tag), self.model.live(env, tag)
        board = self.here.sessions(self.product, env).dashboard(tag, days=40)
        statuses = [self.model.status(theirs) for theirs in users.values()]
        assert board.total_users == len(users)
        assert [board.active_users, board.inactive_users, board.expired_users] == [
            statuses.count(status) for status in (UserStatus.ACTIVE, UserStatus.INACTIVE, UserStatus.EXPIRED)
        ]
        assert board.total_sessions == sum(map(len, users.values()))
        assert board.active_sessions == len(live)
        assert board.new_users_today == self.model.new_users_since(env, tag, midnight(now))
        assert board.new_users_this_week == self.model.new_users_since(env, tag, monday(now))
        started = [each.started_at.date() for theirs in users.values() for each in theirs]
        assert [day.sessions for day in board.timeline] == [started.count(day.day) for day in board.timeline]

    def expect_users(self, env: str, tag: str) -> None:
        users = self.model.users(env, tag)
        page = self.there.sessions(self.product, env).users(tag)
        assert {user.identifier: (user.total_sessions, user.active_sessions, user.status) for user in page.users} == {
            name: (len(theirs), sum(each.is_live(self.time.at) for each in theirs), self.model.status(theirs))
            for name, theirs in users.items()
        }
        active = self.there.sessions(self.product, env).active(tag)
        assert {each.session_id for each in active.sessions} == {
            each.pair.session_id for each in self.model.live(env, tag)
        }
        assert active.total == len(active.sessions)

    @invariant()
    def the_impact_is_right(self) -> None:
        reader = StoreReader(self.database, product=self.product, clock=lambda: self.time.at)
        for tag, impact in reader.impacts(["user", "device"]).items():
            for each in impact.environments:
                live = self.model.live(each.environment, tag)
                assert each.live_sessions == len(live)
                assert each.live_users == len({session.user for session in live})
            assert impact.live_sessions == sum(len(self.model.live(env, tag)) for env in ("prd", "stg"))


def test_sessions_do_as_the_model(database: Database) -> None:
    products = (f"p{number}" for number in count())
    examples = 10 if database.engine.dialect.name == "sqlite" else 5
    machine: Callable[[], RuleBasedStateMachine] = lambda: SessionMachine(database, next(products))  # noqa: E731
    run_state_machine_as_test(
        machine,  # type: ignore[arg-type] # it takes any factory
        settings=settings(
            max_examples=examples, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
