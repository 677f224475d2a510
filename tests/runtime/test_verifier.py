"""When what a process knows is enough, when it reads anew, and what happens where it can't."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reconciler.port import RegistryUnavailable
from reconciler.runtime.events import Event, EventKind, Events, keys_subject
from reconciler.runtime.keyring import Ring, TokenKey
from reconciler.runtime.surroundings import Surroundings
from reconciler.runtime.tokens import Place, TokenContent, make_token
from reconciler.runtime.verifier import Verifier

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PLACE = ("shop", "prd")
KEYS = [TokenKey.of(str(number) * 16, NOW, bytes([number] * 32)) for number in range(3)]


class Outside:
    """The clocks and the database, with a list of what was read of it."""

    def __init__(self) -> None:
        self.at = NOW
        self.seconds = 100.0
        self.keys = [KEYS[0]]
        self.retired: list[str] = []
        self.log: list[Event] = []
        self.broken = False
        self.whole = False
        self.reads: list[str] = []
        surroundings = Surroundings(lambda: self.at, lambda: self.seconds)
        self.verifier = Verifier(self.ring, self.events, surroundings)

    def ring(self, place: Place) -> Ring:
        self.note(f"ring of {place[1]}")
        return Ring.of(self.keys if place == PLACE else [], self.retired, self.seconds)

    def events(self, after: int | None) -> Events:
        self.note(f"events after {after}")
        whole = self.whole or after is None
        return Events(len(self.log), tuple(self.log[0 if whole else after :]), whole=whole)

    def note(self, what: str) -> None:
        self.reads.append(what)
        if self.broken:
            raise RegistryUnavailable("The database is away")

    def passes(self, seconds: float) -> None:
        self.seconds += seconds
        self.at += timedelta(seconds=seconds)

    def revoke(self, session_id: str, *, until: datetime = NOW + timedelta(hours=1)) -> None:
        self.log.append(Event(EventKind.SESSION, session_id, until))

    def reason(self, text: str, place: Place = PLACE) -> str | None:
        return self.verifier.verify(place, "user", text).reason


@pytest.fixture
def outside() -> Outside:
    return Outside()


def token(session_id: str = "s1", key: TokenKey = KEYS[0]) -> str:
    expires = NOW + timedelta(hours=1)
    return make_token(TokenContent(session_id, *PLACE, "user", 1, "ada", NOW, expires, {"id": "ada"}), key)


def test_what_is_fresh_is_judged_without_a_read(outside: Outside) -> None:
    assert outside.verifier.at_once(PLACE, "user", token()) is None
    assert outside.reason(token()) is None
    assert outside.reads == ["events after None", "ring of prd"]
    outside.passes(1.0)
    for text in (token(), token("s2"), "user:garbage", "garbage", token()[:-1]):
        assert outside.verifier.at_once(PLACE, "user", text) is not None
    assert outside.reads == ["events after None", "ring of prd"]


def test_a_revocation_counts_once_what_was_known_is_a_second_old(outside: Outside) -> None:
    good = token()
    assert outside.reason(good) is None
    outside.revoke("s1")
    outside.passes(1.001)
    assert outside.verifier.at_once(PLACE, "user", good) is None
    assert outside.reason(good) == "revoked"
    assert outside.reason(token("s2")) is None


def test_a_revocation_counts_from_the_next_reading_on(outside: Outside) -> None:
    assert outside.reason(token()) is None
    outside.revoke("s1")
    outside.passes(0.5)
    outside.verifier.catch_up()
    assert outside.reason(token()) == "revoked"
    outside.passes(0.9)
    assert outside.reason(token()) == "revoked"
    assert outside.reads.count("events after 0") == 1


def test_an_own_revocation_counts_at_once(outside: Outside) -> None:
    assert outside.reason(token()) is None
    outside.verifier.learn(Event(EventKind.SESSION, "s1", NOW + timedelta(hours=1)))
    assert outside.reason(token()) == "revoked"


def test_nothing_is_valid_while_revocations_can_not_be_read(outside: Outside) -> None:
    assert outside.reason(token()) is None
    outside.broken = True
    assert outside.reason(token()) is None
    outside.passes(1.5)
    for text in (token(), "garbage"):
        with pytest.raises(RegistryUnavailable):
            outside.verifier.verify(PLACE, "user", text)
        assert outside.verifier.at_once(PLACE, "user", text) is None
    outside.broken = False
    assert outside.reason(token()) is None


def test_events_that_can_not_be_followed_replace_what_was_known(outside: Outside) -> None:
    outside.revoke("s1")
    assert outside.reason(token("s1")) == "revoked"
    outside.log = [Event(EventKind.SESSION, "s2", NOW + timedelta(hours=1))]
    outside.whole = True
    outside.passes(2)
    assert outside.reason(token("s2")) == "revoked"
    assert outside.reason(token("s1")) is None
    assert outside.reads.count("ring of prd") == 2


def test_revoked_ids_are_forgotten_when_their_tokens_have_expired(outside: Outside) -> None:
    outside.revoke("s1", until=NOW + timedelta(minutes=5))
    assert outside.reason(token("s1")) == "revoked"
    for _ in range(12):
        outside.passes(30)
        outside.verifier.catch_up()
    # Only of a token that outlived what was announced could one tell.
    assert outside.reason(token("s1")) is None


def test_a_new_key_is_read_when_its_first_token_comes(outside: Outside) -> None:
    assert outside.reason(token()) is None
    outside.keys.append(KEYS[1])
    outside.passes(0.2)
    assert outside.reason(token(key=KEYS[1])) is None
    assert outside.reads.count("ring of prd") == 2


def test_unknown_keys_do_not_make_every_judgement_read(outside: Outside) -> None:
    for _ in range(50):
        assert outside.reason(token(key=KEYS[2])) == "invalid"
    assert outside.reads.count("ring of prd") == 1
    for _ in range(50):
        outside.passes(0.01)
        assert outside.reason(token(key=KEYS[2])) == "invalid"
    assert outside.reads.count("ring of prd") <= 6


def test_the_first_key_of_an_environment_is_never_missed(outside: Outside) -> None:
    outside.keys.clear()
    assert outside.reason(token()) == "invalid"
    outside.keys.append(KEYS[0])
    assert outside.reason(token()) is None


def test_a_retired_key_opens_nothing_and_is_not_looked_for_again(outside: Outside) -> None:
    outside.keys.append(KEYS[1])
    assert outside.reason(token()) is None
    outside.keys.remove(KEYS[0])
    outside.retired.append(KEYS[0].key_id)
    outside.log.append(Event(EventKind.KEYS, keys_subject(*PLACE), NOW + timedelta(days=1)))
    outside.verifier.catch_up()
    for _ in range(5):
        assert outside.reason(token()) == "invalid"
        outside.passes(0.2)
    assert outside.reads.count("ring of prd") == 2
    assert outside.reason(token(key=KEYS[1])) is None


def test_changed_keys_concern_their_environment_only(outside: Outside) -> None:
    assert outside.reason(token()) is None
    outside.log.append(Event(EventKind.KEYS, keys_subject("shop", "stg"), NOW + timedelta(days=1)))
    outside.verifier.catch_up()
    assert outside.reason(token()) is None
    assert outside.reads.count("ring of prd") == 1
