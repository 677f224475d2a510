from __future__ import annotations

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select, text

from reconciler.access import Role, Token, TokenRefused
from reconciler.port import RegistryRejected, RegistryUnavailable
from reconciler.registry.store import Database, TokenStore
from reconciler.registry.store.tables import tokens as table
from reconciler.registry.store.turns import NoTurn
from tests.builders import secret_part

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Now:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at

    def passes(self, **time: float) -> None:
        self.at += timedelta(**time)


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def tokens(database: Database, now: Now) -> TokenStore:
    return TokenStore(database, now)


def refusal(tokens: TokenStore, secret: str) -> str:
    with pytest.raises(TokenRefused) as refused:
        tokens.authenticate(secret)
    assert secret not in refused.value.message + refused.value.hint or not secret
    assert refused.value.hint
    return refused.value.code


@pytest.mark.parametrize(
    ("role", "permitted"),
    [
        (Role.READ, {Role.READ}),
        (Role.WRITE, {Role.READ, Role.WRITE}),
        (Role.RUNTIME, {Role.RUNTIME}),
        (Role.ADMIN, set(Role)),
    ],
)
def test_what_a_role_permits(role: Role, permitted: set[Role]) -> None:
    assert {needed for needed in Role if role.permits(needed)} == permitted


def test_a_token_is_made_and_accepted(tokens: TokenStore) -> None:
    token, secret = tokens.create("ci", Role.WRITE, product="storefront", expires_at=NOON + timedelta(days=1))

    assert re.fullmatch(r"rct_[0-9a-f]{16}_[A-Za-z0-9_-]{43}", secret)
    assert secret.startswith(f"rct_{token.id}_")
    assert token == Token(token.id, "ci", Role.WRITE, "storefront", NOON, NOON + timedelta(days=1), None, None)
    assert tokens.authenticate(secret) == replace(token, last_used_at=NOON)
    assert token.covers("storefront")
    assert not token.covers("other")


def test_a_token_without_a_product_covers_all(tokens: TokenStore) -> None:
    token, _ = tokens.create("ops", Role.ADMIN)
    assert token.covers("storefront")
    assert token.expires_at is None


def test_the_secret_is_not_stored(tokens: TokenStore, database: Database) -> None:
    _, secret = tokens.create("ci", Role.READ)
    with database.reading() as connection:
        [row] = connection.execute(select(table)).all()
    assert secret not in str(row)
    assert secret_part(secret) not in str(row)


@pytest.mark.parametrize(
    "secret",
    ["", "rct_", "nonsense", "rct_0123456789abcdef_" + "x" * 43, "rct_\0", "\ud800", "Bearer rct_x", "rct_é_ü" * 9],
)
def test_an_unknown_token(tokens: TokenStore, secret: str) -> None:
    tokens.create("ci", Role.READ)
    assert refusal(tokens, secret) == "token-unknown"


def test_the_wrong_secret_with_a_right_id(tokens: TokenStore) -> None:
    (_, one), (_, other) = tokens.create("one", Role.READ), tokens.create("other", Role.ADMIN)
    assert refusal(tokens, one[:21] + other[21:]) == "token-unknown"
    assert refusal(tokens, one[:-1] + ("A" if one[-1] != "A" else "B")) == "token-unknown"
    assert refusal(tokens, one + "A") == "token-unknown"
    assert refusal(tokens, one + "\n") == "token-unknown"


def test_an_expired_token(tokens: TokenStore, now: Now) -> None:
    _, secret = tokens.create("ci", Role.READ, expires_at=NOON + timedelta(hours=1))
    now.passes(minutes=59)
    tokens.authenticate(secret)
    now.passes(minutes=1)
    assert refusal(tokens, secret) == "token-expired"


def test_a_revoked_token(tokens: TokenStore, now: Now) -> None:
    token, secret = tokens.create("ci", Role.READ, expires_at=NOON + timedelta(hours=1))
    now.passes(minutes=1)
    revoked = tokens.revoke(token.id)
    assert revoked == replace(token, revoked_at=NOON + timedelta(minutes=1))
    assert refusal(tokens, secret) == "token-revoked"
    now.passes(days=1)
    assert tokens.revoke(token.id) == revoked
    assert refusal(tokens, secret) == "token-revoked"


@pytest.mark.parametrize("token_id", ["", "0123456789abcdef", "x" * 5000])
def test_revoking_what_is_not_there(tokens: TokenStore, token_id: str) -> None:
    with pytest.raises(RegistryRejected, match="There is no token with the id"):
        tokens.revoke(token_id)


def test_a_name_is_taken_until_its_token_is_revoked(tokens: TokenStore, now: Now) -> None:
    token, _ = tokens.create("ci", Role.READ, expires_at=NOON + timedelta(hours=1))
    now.passes(hours=2)
    with pytest.raises(RegistryRejected, match="a token named `ci` already") as taken:
        tokens.create("ci", Role.ADMIN, product="other")
    assert "revoke" in taken.value.hint
    tokens.revoke(token.id)
    second, _ = tokens.create("ci", Role.READ)
    tokens.revoke(second.id)
    third, secret = tokens.create("ci", Role.READ)
    assert tokens.authenticate(secret).id == third.id
    assert {each.id for each in tokens.list()} == {token.id, second.id, third.id}


def test_sixteen_threads_with_one_name_make_one_token(tokens: TokenStore) -> None:
    def attempt(_: int) -> bool:
        try:
            tokens.create("bootstrap", Role.ADMIN)
        except RegistryRejected:
            return False
        return True

    with ThreadPoolExecutor(16) as threads:
        assert sum(threads.map(attempt, range(16))) == 1
    assert len(tokens.list()) == 1


def test_tokens_are_listed_oldest_first(tokens: TokenStore, now: Now) -> None:
    assert tokens.list() == ()
    for name in ("z", "a", "m"):
        tokens.create(name, Role.READ)
        now.passes(seconds=1)
    assert [token.name for token in tokens.list()] == ["z", "a", "m"]


def test_the_last_use_is_recorded_at_most_once_a_minute(tokens: TokenStore, database: Database, now: Now) -> None:
    _, secret = tokens.create("ci", Role.READ)
    writes: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: writes.append(given[2]))
    uses = []
    for seconds in (0, 30, 29.999, 0.001, 59, 1):
        now.passes(seconds=seconds)
        tokens.authenticate(secret)
        [listed] = tokens.list()
        assert listed.last_used_at is not None
        uses.append((listed.last_used_at - NOON).total_seconds())
    assert uses == [0, 0, 0, 60, 60, 120]
    assert sum(statement.startswith("UPDATE tokens") for statement in writes) == 3


def test_a_refused_token_was_not_used(tokens: TokenStore) -> None:
    token, secret = tokens.create("ci", Role.READ)
    refusal(tokens, secret[:-1] + ("A" if secret[-1] != "A" else "B"))
    assert tokens.list() == (token,)


def test_a_database_that_can_only_be_read_accepts_tokens(
    tokens: TokenStore, database: Database, now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, secret = tokens.create("ci", Role.READ)

    def refuse(*_: object) -> None:
        raise RegistryUnavailable("The registry may not be written")

    for write in ("write", "write_at_once"):
        monkeypatch.setattr(Database, write, refuse)
    assert TokenStore(database, now).authenticate(secret).id == token.id


def test_recording_a_use_waits_for_no_writer_of_this_process(tokens: TokenStore, database: Database) -> None:
    token, secret = tokens.create("ci", Role.READ)
    with ExitStack() as turns:
        with suppress(NoTurn):
            while True:
                turns.enter_context(database.turns.one(waits=False))
        assert tokens.authenticate(secret).id == token.id
    assert tokens.list() == (token,)
    tokens.authenticate(secret)
    assert tokens.list()[0].last_used_at == NOON


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_recording_a_use_waits_for_no_other_program(tokens: TokenStore, database: Database, tmp_path: Path) -> None:
    token, secret = tokens.create("ci", Role.READ)
    waits: list[object] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: waits.append(given[2]))
    with closing(sqlite3.connect(tmp_path / "registry.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert tokens.authenticate(secret).id == token.id
    assert waits[-3:] == ["PRAGMA busy_timeout = 0", "BEGIN IMMEDIATE", "PRAGMA busy_timeout = 30000"]
    assert tokens.list() == (token,)
    tokens.authenticate(secret)
    assert tokens.list()[0].last_used_at == NOON


def test_whether_a_token_is_usable(tokens: TokenStore, now: Now) -> None:
    assert not tokens.has_usable()
    token, _ = tokens.create("ci", Role.READ)
    assert tokens.has_usable()
    tokens.revoke(token.id)
    assert not tokens.has_usable()
    tokens.create("brief", Role.READ, expires_at=NOON + timedelta(hours=1))
    assert tokens.has_usable()
    now.passes(hours=1)
    assert not tokens.has_usable()


def test_a_damaged_role_is_told(tokens: TokenStore, database: Database) -> None:
    _, secret = tokens.create("ci", Role.READ)
    database.write(lambda connection: connection.execute(text("UPDATE tokens SET role = 'emperor'")))
    with pytest.raises(RegistryUnavailable, match="the role of the token `ci` can't be read"):
        tokens.authenticate(secret)
