"""Keys: rotated without logging anybody out, retired with it, and locked by a master key kept elsewhere."""

from __future__ import annotations

import os
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.port import RegistryUnavailable
from reconciler.registry.store.sessions import retiring
from reconciler.registry.store.sessions.master_key import MasterKeySource, master_key_file, read_or_make
from reconciler.registry.store.sessions.opening import open_session_service
from reconciler.registry.store.sessions.service import SessionService
from reconciler.registry.url import parse_database_url
from reconciler.runtime import RefreshRefused, UnknownKey
from reconciler.runtime.keyring import MasterKey, MasterKeyError
from tests.registry.sessions.conftest import MASTER, NOON, World, data


def test_the_first_start_makes_a_key(service: SessionService) -> None:
    keys = service.keys("shop", "prd")
    assert keys.list() == ()
    service.sessions("shop", "prd").start("user", data())
    (key,) = keys.list()
    assert (key.current, key.created_at, key.retired_at) == (True, NOON, None)
    assert service.keys("shop", "stg").list() == service.keys("other", "prd").list() == ()


def test_rotation_logs_nobody_out_and_every_process_knows_the_key_before_it_is_used(world: World) -> None:
    here, there = world.services(), world.services()
    old = here.sessions("shop", "prd").start("user", data())
    assert there.sessions("shop", "prd").verify("user", old.token).valid
    made = here.keys("shop", "prd").rotate()
    assert made.active_from == NOON + timedelta(seconds=2)
    meanwhile = here.sessions("shop", "prd").start("user", data())
    world.time.passes(seconds=2)
    new = here.sessions("shop", "prd").start("user", data())

    assert old.token.partition(".")[0] == meanwhile.token.partition(".")[0] != new.token.partition(".")[0]
    for service in (here, there):
        for pair in (old, meanwhile, new):
            assert service.sessions("shop", "prd").verify("user", pair.token).valid
    assert [key.current for key in here.keys("shop", "prd").list()] == [False, True]


def test_retiring_a_key_logs_out_whose_newest_token_it_made_and_says_how_many(world: World) -> None:
    here, there = world.services(), world.services()
    sessions, keys = here.sessions("shop", "prd"), here.keys("shop", "prd")
    stays = sessions.start("user", data("bob"))
    pairs = [sessions.start("user", data()), sessions.start("user", data()), sessions.start("device", {"serial": 1})]
    over = sessions.start("user", data("eve"), expires_in=1)
    elsewhere = here.sessions("shop", "stg").start("user", data())
    keys.rotate()
    world.time.passes(seconds=2)
    moved = sessions.refresh("user", stays.refresh_token)
    old, new = keys.list()

    retired = keys.retire(old.key_id)
    assert (retired.sessions, retired.users) == (3, 2)
    assert (retired.key.retired_at, retired.key.current) == (world.time.at, False)
    world.time.passes(seconds=1.01)
    for service in (here, there):
        found = service.sessions("shop", "prd")
        assert {found.verify("user", pair.token).reason for pair in (*pairs[:2], stays, over)} == {"invalid"}
        assert found.verify("device", pairs[2].token).reason == "invalid"
        assert found.verify("user", moved.token).valid
        assert service.sessions("shop", "stg").verify("user", elsewhere.token).valid
    for pair in (pairs[0], over):
        with pytest.raises(RefreshRefused) as refused:
            sessions.refresh("user", pair.refresh_token)
        assert refused.value.reason == "revoked"
    assert [key.key_id for key in keys.list() if key.current] == [new.key_id]
    assert sessions.dashboard("user").active_sessions == 1
    assert sessions.dashboard("user").inactive_users == 1


def test_who_is_logged_out_can_not_go_on_with_an_older_token_of_another_key(world: World) -> None:
    here, there = world.services(), world.services()
    sessions, keys = here.sessions("shop", "prd"), here.keys("shop", "prd")
    first = sessions.start("user", data())
    new = keys.rotate()
    world.time.passes(seconds=2)
    second = sessions.refresh("user", first.refresh_token)
    assert keys.retire(new.key_id).sessions == 1
    assert sessions.verify("user", first.token).reason == "revoked"
    world.time.passes(seconds=1.01)
    found = there.sessions("shop", "prd")
    assert found.verify("user", first.token).reason == "revoked"
    assert found.verify("user", second.token).reason == "invalid"


def test_a_key_is_retired_once_and_where_it_belongs(service: SessionService) -> None:
    service.sessions("shop", "prd").start("user", data())
    (key,) = service.keys("shop", "prd").list()
    for keys, key_id in ((service.keys("shop", "stg"), key.key_id), (service.keys("shop", "prd"), "nope")):
        with pytest.raises(UnknownKey, match="There is no key `"):
            keys.retire(key_id)
    service.keys("shop", "prd").retire(key.key_id)
    with pytest.raises(UnknownKey, match="is retired already"):
        service.keys("shop", "prd").retire(key.key_id)


def test_a_retirement_that_was_interrupted_is_finished_by_the_next(
    service: SessionService, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions, keys = service.sessions("shop", "prd"), service.keys("shop", "prd")
    pairs = [sessions.start("user", data(f"u{number % 4}")) for number in range(9)]
    (key,) = keys.list()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as interrupted:
        interrupted.setattr(retiring, "_settle", killed)
        with pytest.raises(KeyboardInterrupt):
            keys.retire(key.key_id)
    assert {sessions.verify("user", pair.token).reason for pair in pairs} == {"invalid"}
    assert sessions.dashboard("user").active_sessions == 9
    monkeypatch.setattr(retiring, "LOT", 2)
    retired = keys.retire(key.key_id)
    assert (retired.sessions, retired.users) == (9, 4)
    board = sessions.dashboard("user")
    assert (board.active_sessions, board.inactive_users) == (0, 4)


def test_after_the_last_key_was_retired_a_new_one_is_made(world: World) -> None:
    here, there = world.services(), world.services()
    sessions = here.sessions("shop", "prd")
    first = sessions.start("user", data(), idempotency_key="k")
    assert there.sessions("shop", "prd").verify("user", first.token).valid
    here.keys("shop", "prd").retire(here.keys("shop", "prd").list()[0].key_id)
    again = sessions.start("user", data(), idempotency_key="k")
    assert again.session_id != first.session_id
    world.time.passes(seconds=0.2)
    assert there.sessions("shop", "prd").verify("user", again.token).valid


def test_another_master_key_is_named_as_such(world: World) -> None:
    world.sessions().start("user", data())
    other = SessionService(
        world.database, lambda: MasterKey(b"x" * 32), surroundings=world.time.surroundings()
    ).sessions("shop", "prd")
    with pytest.raises(MasterKeyError) as refused:
        other.start("user", data())
    (key,) = world.services().keys("shop", "prd").list()
    assert refused.value.message.startswith(
        f"The session key {key.key_id} of shop in prd was made with another master key"
    )
    assert "RECONCILER_MASTER_KEY" in refused.value.hint
    assert f"reconciler keys retire {key.key_id} --env prd" in refused.value.hint
    assert isinstance(refused.value, RegistryUnavailable)
    assert world.sessions().dashboard("user").total_sessions == 1


def test_the_master_key_of_the_environment_comes_first(tmp_path: Path) -> None:
    source = MasterKeySource({"RECONCILER_MASTER_KEY": f" {MASTER.text}\n"}, tmp_path / "k")
    assert source() == MASTER
    assert not (tmp_path / "k").exists()
    with pytest.raises(MasterKeyError, match="RECONCILER_MASTER_KEY is malformed"):
        MasterKeySource({"RECONCILER_MASTER_KEY": "short"}, tmp_path / "k")()


def test_without_one_a_file_is_made_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "new" / "master.key"
    source = MasterKeySource({}, file)
    with pytest.raises(MasterKeyError, match=re.escape(f"The master key file {file} is missing")):
        source()
    assert not file.parent.exists()
    first = read_or_make(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert source() == MasterKeySource({}, file)() == first
    assert [each.name for each in file.parent.iterdir()] == ["master.key"]


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = list(threads.map(lambda _: read_or_make(tmp_path / "k"), range(16)))
    assert len(set(keys)) == 1
    assert [each.name for each in tmp_path.iterdir()] == ["k"]


def test_a_key_file_that_others_can_read_or_nobody_can_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "k"
    read_or_make(file)
    file.chmod(0o640)
    with pytest.raises(MasterKeyError, match="can be read by others") as refused:
        read_or_make(file)
    assert refused.value.hint == f"Run `chmod 600 {file}`."
    file.chmod(0o600)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(MasterKeyError, match="can't be read from or written to"):
        read_or_make(file)
    (tmp_path / "file").touch()
    with pytest.raises(MasterKeyError, match=r"Not a directory|File exists"):
        read_or_make(tmp_path / "file" / "k")


def test_the_key_file_stands_beside_an_sqlite_file(tmp_path: Path) -> None:
    sqlite = parse_database_url("sqlite:///data/registry.db", tmp_path)
    assert master_key_file(sqlite, tmp_path) == tmp_path / "data" / "registry.db.key"
    postgres = parse_database_url("postgresql://localhost/registry", tmp_path)
    assert master_key_file(postgres, tmp_path) == tmp_path / ".reconciler" / "master.key"
    assert os.fspath(tmp_path) in os.fspath(master_key_file(postgres, tmp_path))


def test_sessions_open_by_the_url_of_their_registry(world: World, url: str, tmp_path: Path) -> None:
    with open_session_service(url, tmp_path, {}) as service:
        pair = service.sessions("shop", "prd").start("user", data())
    with open_session_service(url, tmp_path, {}) as service:
        assert service.sessions("shop", "prd").verify("user", pair.token).valid
    other = {"RECONCILER_MASTER_KEY": MASTER.text}
    with open_session_service(url, tmp_path, other) as service:
        sessions = service.sessions("shop", "prd")
        with pytest.raises(MasterKeyError, match="made with another master key"):
            sessions.verify("user", pair.token)
    assert [key.current for key in world.services().keys("shop", "prd").list()] == [True]
