"""A wrong or a missing master key: it makes nothing, stops nobody who has the right one, and says what mends it."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from reconciler.registry.store import open_database
from reconciler.registry.store.session_tables import session_keys
from reconciler.registry.store.sessions.keys import KeyRings
from reconciler.registry.store.sessions.master_key import MasterKeySource, default_master_key_file
from reconciler.registry.store.sessions.opening import open_session_service
from reconciler.registry.store.sessions.service import SessionService
from reconciler.registry.store.sessions.unlocking import check_master_key, kept_at
from reconciler.runtime.keyring import MasterKey, MasterKeyError
from reconciler.runtime.surroundings import Surroundings
from tests.registry.sessions.conftest import MASTER, World, data

WRONG = MasterKey(b"w" * 32, "RECONCILER_MASTER_KEY")
GIVEN = {"RECONCILER_MASTER_KEY": MASTER.text}


def with_wrong(world: World) -> SessionService:
    return SessionService(world.database, lambda: WRONG, surroundings=world.time.surroundings())


def broken(world: World) -> str:
    """Make a key with the wrong master key beside one that was made with the right one, as once could happen."""
    key_id, at = "bad0" * 4, world.time.at + timedelta(seconds=2)
    row = {
        "product": "shop",
        "env": "prd",
        "key_id": key_id,
        "wrapped": WRONG.wrap(b"k" * 32, kept_at(("shop", "prd"), key_id), os.urandom),
        "master": WRONG.fingerprint,
        "created_at": world.time.at,
        "active_from": at,
    }
    world.database.write(lambda connection: connection.execute(insert(session_keys), row))
    return key_id


@pytest.mark.parametrize("place", [("shop", "prd"), ("shop", "stg"), ("other", "prd")])
def test_a_wrong_one_makes_no_key_in_any_environment_of_the_database(world: World, place: tuple[str, str]) -> None:
    pair = world.sessions().start("user", data())
    (key,) = world.services().keys("shop", "prd").list()
    with pytest.raises(MasterKeyError) as refused:
        with_wrong(world).keys(*place).rotate()
    assert refused.value.message == (
        f"The session key {key.key_id} of shop in prd was made with another master key than that in "
        "RECONCILER_MASTER_KEY"
    )
    assert "set RECONCILER_MASTER_KEY" in refused.value.hint
    assert len(world.services().keys("shop", "prd").list()) == 1
    assert world.services().keys("shop", "stg").list() == world.services().keys("other", "prd").list() == ()
    assert world.sessions().verify("user", pair.token).valid
    world.services().keys(*place).rotate()


def test_a_wrong_one_starts_no_session_in_another_environment(world: World) -> None:
    world.sessions().start("user", data())
    with pytest.raises(MasterKeyError, match="of shop in prd was made with another master key"):
        with_wrong(world).sessions("shop", "stg").start("user", data())
    assert world.services().keys("shop", "stg").list() == ()
    world.sessions(env="stg").start("user", data())


def test_retired_keys_stand_in_nobodys_way(world: World) -> None:
    world.sessions().start("user", data())
    keys = with_wrong(world).keys("shop", "prd")
    keys.retire(keys.list()[0].key_id)
    sessions = with_wrong(world).sessions("shop", "prd")
    assert sessions.verify("user", sessions.start("user", data()).token).valid


def test_of_two_that_begin_at_once_with_two_master_keys_one_is_refused(world: World) -> None:
    asked = threading.Barrier(2)

    def begin(master: MasterKey) -> bool:
        def at_once() -> MasterKey:
            return master

        service = SessionService(world.database, at_once, surroundings=world.time.surroundings())
        asked.wait()
        try:
            service.keys("shop", "prd").rotate()
        except MasterKeyError:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(begin, (MASTER, WRONG))) == [False, True]
    assert len(world.services().keys("shop", "prd").list()) == 1


class TestAMissingFile:
    def test_is_not_made_anew_beside_keys_in_use(self, world: World, url: str, tmp_path: Path) -> None:
        file = default_master_key_file(url, tmp_path)
        with open_session_service(url, tmp_path, GIVEN) as service:
            pair = service.sessions("shop", "prd").start("user", data())
        with open_session_service(url, tmp_path, {}) as service:
            sessions = service.sessions("shop", "prd")
            for attempt in (
                service.keys("shop", "prd").rotate,
                service.keys("shop", "stg").rotate,
                lambda: sessions.start("user", data()),
                lambda: sessions.verify("user", pair.token),
            ):
                with pytest.raises(MasterKeyError) as refused:
                    attempt()
                assert f"The master key file {file} is missing" in refused.value.message
                assert "put its file back" in refused.value.hint
            assert not file.exists()
            file.parent.mkdir(exist_ok=True)
            file.write_text(MASTER.text)
            file.chmod(0o600)
            assert sessions.verify("user", pair.token).valid
        assert len(world.services().keys("shop", "prd").list()) == 1

    def test_is_made_for_the_first_key_and_once_all_are_retired(self, world: World, url: str, tmp_path: Path) -> None:
        file = default_master_key_file(url, tmp_path)
        with open_session_service(url, tmp_path, {}) as service:
            service.sessions("shop", "prd").start("user", data())
        file.unlink()
        with open_session_service(url, tmp_path, {}) as service:
            keys = service.keys("shop", "prd")
            keys.retire(keys.list()[0].key_id)
            pair = service.sessions("shop", "prd").start("user", data())
            assert service.sessions("shop", "prd").verify("user", pair.token).valid
        assert file.exists()


class TestAKeyThatWasMadeWithAWrongOne:
    def test_stops_nobody_whose_token_another_key_opens(self, world: World) -> None:
        here = world.services()
        pair = here.sessions("shop", "prd").start("user", data())
        bad = broken(world)
        world.time.passes(seconds=3)
        for service in (here, world.services()):
            assert service.sessions("shop", "prd").verify("user", pair.token).valid
            assert service.sessions("shop", "prd").verify("user", "user:garbage").reason == "invalid"
        theirs = with_wrong(world).sessions("shop", "prd").start("user", data("eve"))
        for _ in range(2):
            assert here.verify_at_once("shop", "prd", "user", theirs.token) is None
            with pytest.raises(MasterKeyError, match=bad):
                here.sessions("shop", "prd").verify("user", theirs.token)
        check_master_key(world.database, lambda: MASTER)

    def test_is_named_by_who_would_start_or_rotate_with_what_takes_it_out_of_use(self, world: World) -> None:
        sessions, keys = world.sessions(), world.services().keys("shop", "prd")
        sessions.start("user", data())
        bad = broken(world)
        world.time.passes(seconds=3)
        for attempt in (lambda: sessions.start("user", data()), keys.rotate):
            with pytest.raises(MasterKeyError, match=bad) as refused:
                attempt()
            assert f"reconciler keys retire {bad} --env prd" in refused.value.hint
        keys.retire(bad)
        assert sessions.verify("user", sessions.start("user", data()).token).valid
        keys.rotate()

    def test_does_not_stop_other_environments(self, world: World) -> None:
        world.sessions().start("user", data())
        broken(world)
        world.sessions(env="stg").start("user", data())


def test_whether_the_master_key_fits_is_told_without_making_anything(world: World, tmp_path: Path) -> None:
    check_master_key(world.database, MasterKeySource({}, tmp_path / "k"))
    world.sessions().start("user", data())
    check_master_key(world.database, lambda: MASTER)
    with pytest.raises(MasterKeyError, match="made with another master key"):
        check_master_key(world.database, lambda: WRONG)
    with pytest.raises(MasterKeyError, match="is missing"):
        check_master_key(world.database, MasterKeySource({}, tmp_path / "k"))
    assert not list(tmp_path.glob("k*"))
    (key,) = world.services().keys("shop", "prd").list()
    world.services().keys("shop", "prd").retire(key.key_id)
    check_master_key(world.database, lambda: WRONG)


def test_a_first_key_that_another_just_made_is_taken(url: str, tmp_path: Path) -> None:
    place = "shop", "prd"
    with closing(open_database(url, tmp_path)) as database:
        rings = KeyRings(database, lambda: MASTER, Surroundings())

        def first(_: int) -> str:
            now = Surroundings().now()
            return database.write(lambda connection: rings.current(connection, place, now).key_id)

        with ThreadPoolExecutor(4) as threads:
            assert len(set(threads.map(first, range(8)))) == 1
