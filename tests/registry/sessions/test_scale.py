"""Many sessions, made without the calls: the rows are those of the calls, and every number about them is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection, delete, select

from benchmarks.session_scale.loading import load
from benchmarks.session_scale.operations import Operation, Refresh, Revoke, Span, Start, operations
from benchmarks.session_scale.rows import Ids, Rows, Setting
from reconciler.port import EnvironmentImpact
from reconciler.registry.store import Database, StoreReader
from reconciler.registry.store.session_tables import session_refreshes
from reconciler.registry.store.sessions import retention
from reconciler.registry.store.sessions.scopes import TypeScope
from reconciler.registry.store.sessions.service import StoredSessions
from reconciler.registry.store.tables import metadata
from reconciler.runtime import Pair, User, UserStatus
from reconciler.runtime.refresh import RefreshToken
from reconciler.session_type import Period
from tests.registry.sessions.brute_force import Counted, is_live
from tests.registry.sessions.conftest import NOON, REFRESH, USER, World, data

SPAN = Span(NOON - timedelta(hours=9), NOON, timedelta(hours=1))
FILLED = ("session_users", "sessions", "session_refreshes", "session_counters", "session_events", "session_events_head")


def setting(world: World, ids_of: Callable[[Operation], Ids], env: str = "prd") -> Setting:
    key_id = world.services().keys("shop", env).list()[0].key_id
    scope = TypeScope("shop", env, "user")
    return Setting(scope, USER, 1, key_id, REFRESH, lambda user: data(f"u{user}"), ids_of)


def ids_of_pair(pair: Pair) -> Ids:
    token = RefreshToken.parse(pair.refresh_token)
    assert token is not None
    return Ids(pair.session_id, token.token_id, token.digest)


def made_up(env: str) -> Callable[[Operation], Ids]:
    numbers = count()
    return lambda operation: Ids(f"{env}-{operation.number:06}", f"{env}-{next(numbers)}", "d")


def filled(world: World, seed: int, lifetime: timedelta) -> dict[str, Counted]:
    """Put sessions of two environments into the database, and return what can be counted in each."""
    session_type = replace(USER, expiry=int(lifetime.total_seconds()), period=Period.SECONDS)
    span = Span(NOON - 2 * lifetime, NOON, lifetime)
    counted = {}
    for env, number in (("prd", 300), ("stg", 50)):
        # The first session makes the key; it is no more than any other.
        world.sessions(env=env).start("user", data("u0"))
        rows = Rows(replace(setting(world, made_up(env), env), session_type=session_type))
        emptied(world.database, env)
        rows.do(operations(number, 30, span, seed=seed))
        load(world.database, rows)
        counted[env] = Counted.of(world.database, TypeScope("shop", env, "user"))
    return counted


def rows_by_table(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    with database.reading() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(select(metadata.tables[name]))), key=repr)
            for name in FILLED
        }


def emptied(database: Database, env: str | None = None) -> None:
    """Remove all rows; or those of an environment, and the events, which are of all."""

    def work(connection: Connection) -> None:
        for table in (metadata.tables[name] for name in FILLED):
            of_env = env is not None and "env" in table.c
            if of_env or env is None or table.name.startswith("session_events"):
                connection.execute(delete(table).where(table.c.env == env) if of_env else delete(table))

    database.write(work)


def called(world: World, happened: list[Operation]) -> dict[int, list[Ids]]:
    """Make the calls, each at its time, and return what was random about them."""
    sessions, pairs, made = world.sessions(), dict[int, Pair](), dict[int, list[Ids]]()
    for operation in happened:
        world.time.at = operation.at
        match operation:
            case Start():
                pair = sessions.start("user", data(f"u{operation.user}"), expires_in=operation.expires_in)
            case Refresh():
                pair = sessions.refresh("user", pairs[operation.number].refresh_token)
            case Revoke():
                sessions.revoke("user", pairs[operation.number].session_id)
                continue
        pairs[operation.number] = pair
        made.setdefault(operation.number, []).append(ids_of_pair(pair))
    return made


def test_rows_are_those_that_the_calls_leave(world: World, database: Database) -> None:
    happened = operations(400, 80, SPAN, seed=7)
    assert {type(operation) for operation in happened} == {Start, Refresh, Revoke}
    made = called(world, happened)
    expected = rows_by_table(database)

    rows = Rows(setting(world, lambda operation: made[operation.number].pop(0)))
    rows.do(happened)
    emptied(database)
    load(database, rows)
    assert rows_by_table(database) == expected


@pytest.mark.parametrize(
    ("seed", "lifetime"), [(1, timedelta(hours=1)), (2, timedelta(days=3)), (3, timedelta(days=400))], ids=str
)
def test_all_numbers_are_those_that_are_counted(world: World, seed: int, lifetime: timedelta) -> None:
    counted = filled(world, seed, lifetime)
    reader = StoreReader(world.database, product="shop", clock=lambda: world.time.at)
    for passed in (0.0, 0.01, 0.4, 1.0):
        now = world.time.at = NOON + passed * lifetime
        live = {env: (len(each.live(now)), len(active_users(each, now))) for env, each in counted.items()}
        for env, each in counted.items():
            sessions = world.sessions(env=env)
            assert sessions.dashboard("user", days=9) == each.dashboard(now, days=9)
            expected = each.users(now)
            for limit in (17, 1000):
                assert users_by_page(sessions, limit) == expected
                assert active_by_page(sessions, limit) == each.live(now)
            for user in expected[::10]:
                expect_user(sessions, each, user, now)
        impact = reader.impact("user")
        assert impact is not None
        assert impact.environments == tuple(EnvironmentImpact(env, *numbers) for env, numbers in live.items())
        assert (impact.live_sessions, impact.live_users) == tuple(map(sum, zip(*live.values(), strict=True)))
    assert active_by_page(world.sessions(), 17) == []


@pytest.mark.parametrize("passed", [timedelta(0), timedelta(minutes=50), timedelta(hours=9)], ids=str)
def test_pruning_in_many_lots_removes_what_is_over_and_changes_no_number(
    world: World, monkeypatch: pytest.MonkeyPatch, passed: timedelta
) -> None:
    monkeypatch.setattr(retention, "LOT", 7)
    counted = filled(world, 4, timedelta(hours=1))
    now = world.time.at = NOON + passed
    boards = {env: world.sessions(env=env).dashboard("user") for env in counted}
    cut = now - timedelta(minutes=10)
    over = {env: {row.session_id for row in each.rows if row.over_at < cut} for env, each in counted.items()}

    assert world.services().prune(cut, product="other").sessions == 0
    assert world.services().prune(cut, product="shop").sessions == sum(map(len, over.values()))
    for env, before in counted.items():
        scope = TypeScope("shop", env, "user")
        left = {row.session_id for row in before.rows} - over[env]
        assert {row.session_id for row in Counted.of(world.database, scope).rows} == left
        sessions = world.sessions(env=env)
        assert sessions.dashboard("user") == boards[env]
        assert active_by_page(sessions, 17) == before.live(now)
        assert users_by_page(sessions, 17) == before.users(now)
    with world.database.reading() as connection:
        tokens = connection.scalars(select(session_refreshes.c.session_id)).all()
    assert over["prd"]
    assert not over["prd"].intersection(tokens)


def active_users(counted: Counted, now: datetime) -> list[User]:
    return [user for user in counted.users(now) if user.status is UserStatus.ACTIVE]


def users_by_page(sessions: StoredSessions, limit: int) -> list[User]:
    """Return the users of all pages, and see that each page is full and one after the last is empty."""
    first = sessions.users("user", limit=limit)
    pages = [sessions.users("user", page=number, limit=limit) for number in range(1, first.total_pages + 1)]
    assert sessions.users("user", page=first.total_pages + 1, limit=limit).users == ()
    assert all(len(page.users) == limit for page in pages[:-1])
    return [user for page in pages for user in page.users]


def active_by_page(sessions: StoredSessions, limit: int, identifier: str | None = None) -> list[str]:
    """Return the ids of the live sessions of all pages, in the same way."""
    first = sessions.active("user", identifier=identifier, limit=limit)
    pages = [
        sessions.active("user", identifier=identifier, page=number, limit=limit)
        for number in range(1, first.total_pages + 1)
    ]
    assert sessions.active("user", identifier=identifier, page=first.total_pages + 1, limit=limit).sessions == ()
    assert all(len(page.sessions) == limit for page in pages[:-1])
    return [each.session_id for page in pages for each in page.sessions]


def expect_user(sessions: StoredSessions, counted: Counted, user: User, now: datetime) -> None:
    found = sessions.user("user", user.identifier)
    assert found.user == user
    theirs = sorted(counted.by_user[user.identifier], key=lambda row: row.started_at, reverse=True)
    assert [(each.session_id, each.started_at) for each in found.sessions] == [
        (row.session_id, row.started_at) for row in theirs
    ]
    assert [each.active for each in found.sessions] == [is_live(row, now) for row in theirs]
    assert active_by_page(sessions, 2, user.identifier) == counted.live(now, user.identifier)
