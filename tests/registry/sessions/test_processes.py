"""Several processes on one database: what one revokes the others refuse, and a killed one leaves no half session."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, event, text

from reconciler.port import RegistryUnavailable
from reconciler.registry.store import Database
from reconciler.registry.store.session_tables import session_events, session_events_head
from reconciler.registry.store.sessions import events
from reconciler.registry.store.sessions.events import EventFeed
from reconciler.registry.store.sessions.service import SessionService
from reconciler.registry.store.sessions.watcher import Watcher
from reconciler.runtime import Pair
from reconciler.runtime.events import Event, EventKind
from tests.registry.sessions.conftest import MASTER, NOON, World, data


def reason(service: SessionService, pair: Pair) -> str | None:
    return service.sessions("shop", "prd").verify("user", pair.token).reason


def test_what_one_revokes_the_others_refuse_within_a_second(world: World) -> None:
    here, there = world.services(), world.services()
    one, two = (here.sessions("shop", "prd").start("user", data(user)) for user in ("ada", "bob"))
    assert reason(there, one) is reason(there, two) is None
    here.sessions("shop", "prd").revoke("user", one.session_id)
    assert reason(here, one) == "revoked"
    world.time.passes(seconds=1.001)
    assert (reason(there, one), reason(there, two)) == ("revoked", None)
    here.sessions("shop", "prd").revoke_all("user", "bob")
    world.time.passes(seconds=1.001)
    assert reason(there, two) == "revoked"
    # And one that starts later.
    assert reason(world.services(), one) == "revoked"


def test_a_reused_refresh_token_ends_the_session_everywhere(world: World) -> None:
    here, there = world.services(), world.services()
    pair = here.sessions("shop", "prd").start("user", data())
    new = here.sessions("shop", "prd").refresh("user", pair.refresh_token)
    assert reason(there, new) is None
    with pytest.raises(Exception, match="was revoked"):
        here.sessions("shop", "prd").refresh("user", pair.refresh_token)
    world.time.passes(seconds=1.001)
    assert reason(there, new) == reason(here, new) == "revoked"


def test_verifying_reads_nothing_while_a_watcher_keeps_up(world: World) -> None:
    service = world.services()
    pair = service.sessions("shop", "prd").start("user", data())
    assert service.verify_at_once("shop", "prd", "user", pair.token) is None
    assert reason(service, pair) is None
    statements: list[str] = []
    event.listen(world.database.engine, "before_cursor_execute", lambda *asked: statements.append(asked[2]))
    for _ in range(100):
        found = service.verify_at_once("shop", "prd", "user", pair.token)
        assert found is not None
        assert found.valid
        assert reason(service, pair) is None
    assert statements == []


def test_nothing_is_valid_where_revocations_can_not_be_read(world: World) -> None:
    service = world.services()
    pair = service.sessions("shop", "prd").start("user", data())
    assert reason(service, pair) is None
    world.database.write(lambda connection: connection.execute(text("ALTER TABLE session_events_head RENAME TO gone")))
    world.time.passes(seconds=1.5)
    with pytest.raises(RegistryUnavailable):
        reason(service, pair)
    world.database.write(lambda connection: connection.execute(text("ALTER TABLE gone RENAME TO session_events_head")))
    assert reason(service, pair) is None


def announce(database: Database, *subjects: str, hold: Callable[[], object] = lambda: None) -> None:
    def work(connection: Connection) -> None:
        told = [Event(EventKind.SESSION, subject, NOON + timedelta(hours=1)) for subject in subjects]
        events.append(connection, told, NOON)
        hold()

    database.write(work)


def test_ids_become_visible_in_their_order_however_late_a_transaction_commits(world: World) -> None:
    feed = EventFeed(world.database, lambda: NOON)
    appended, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        appended.set()
        let_go.wait(30)

    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(announce, world.database, "slow", hold=hold)
        assert appended.wait(30)
        quick = threads.submit(announce, world.database, "quick")
        before = feed.read(0)
        let_go.set()
        slow.result()
        quick.result()
    after = feed.read(before.last)
    assert before.events == ()
    assert [each.subject for each in after.events] == ["slow", "quick"]
    assert feed.read(after.last).events == ()


def test_what_can_not_be_followed_is_read_as_a_whole(world: World) -> None:
    feed = EventFeed(world.database, lambda: NOON)
    assert feed.read(None).whole
    announce(world.database, "a", "b")
    announce(world.database, "c")
    assert [each.subject for each in feed.read(1).events] == ["b", "c"]
    assert not feed.read(1).whole

    # It slept for a day, and events were removed meanwhile.
    world.database.write(lambda connection: connection.execute(delete(session_events).where(session_events.c.id == 2)))
    slept = feed.read(1)
    assert (slept.whole, [each.subject for each in slept.events]) == (True, ["a", "c"])
    # The database was restored from a backup.
    restored = feed.read(7)
    assert (restored.whole, restored.last) == (True, 3)
    world.database.write(lambda connection: connection.execute(delete(session_events_head)))
    assert feed.read(3).last == 0


def test_events_that_nobody_needs_are_removed(world: World) -> None:
    announce(world.database, "old")
    world.database.write(
        lambda connection: events.append(
            connection, [Event(EventKind.SESSION, "new", NOON + timedelta(days=3))], NOON + timedelta(days=2)
        )
    )
    found = EventFeed(world.database, lambda: NOON).read(None)
    assert [each.subject for each in found.events] == ["new"]


def test_a_watcher_goes_on_after_a_failure_and_ends_when_told() -> None:
    calls: list[int] = []
    enough = threading.Event()

    def catch_up() -> None:
        calls.append(len(calls))
        if len(calls) > 2:
            enough.set()
        raise RegistryUnavailable("away")

    watcher = Watcher(catch_up)
    watcher.start()
    watcher.start()
    assert enough.wait(30)
    watcher.stop()
    made = len(calls)
    watcher.stop()
    assert len(calls) == made
    assert not [thread for thread in threading.enumerate() if thread.name == "session-events"]


def test_a_service_that_watches_learns_by_itself(database: Database, world: World) -> None:
    pair = world.sessions().start("user", data())
    with SessionService(database, lambda: MASTER) as watching:
        watching.watch()
        refused = threading.Event()
        assert reason(watching, pair) in (None, "expired")  # it lives by the real clock
        world.services().sessions("shop", "prd").revoke("user", pair.session_id)
        revoked = watching._context.verifier._revoked  # noqa: SLF001 - what only the thread may have put there
        for _ in range(200):
            if pair.session_id in revoked:
                refused.set()
                break
            threading.Event().wait(0.05)
        assert refused.is_set()


KILLED = """
import json, os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from sqlalchemy import event
from reconciler.registry.store import open_database
from reconciler.registry.store.sessions.service import SessionService
from reconciler.runtime.keyring import MasterKey

url, root, when = sys.argv[1:]
database = open_database(url, Path(root))
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
if when == "before the commit":
    event.listen(database.engine, "commit", die)
sessions = SessionService(database, lambda: MasterKey(b"m" * 32)).sessions("shop", "prd", actor="ada")
sessions.start("user", {"id": "ada", "details": {"age": 36}}, idempotency_key="k")
die()
"""


@pytest.mark.parametrize("when", ["before the commit", "before the answer"])
def test_a_client_that_asks_again_after_a_kill_gets_one_session(
    world: World, url: str, tmp_path: Path, when: str
) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, url, str(tmp_path), when], check=False)
    assert killed.returncode == -signal.SIGKILL
    service = SessionService(world.database, lambda: MASTER)
    sessions = service.sessions("shop", "prd", actor="ada")
    left = sessions.dashboard("user").total_sessions
    pair = sessions.start("user", data(), idempotency_key="k")
    assert left == (0 if when == "before the commit" else 1)
    assert sessions.verify("user", pair.token).valid
    assert sessions.refresh("user", pair.refresh_token).session_id == pair.session_id
    board = sessions.dashboard("user")
    assert (board.total_sessions, board.active_sessions, board.total_users) == (1, 1, 1)


def test_the_reading_side_of_a_registry_loads_no_token_library() -> None:
    program = (
        "import json, sys; import reconciler.registry.store, reconciler.runtime;"
        "print(json.dumps([name for name in sys.modules if name.split('.')[0] in ('joserfc', 'cryptography')]))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, env={**os.environ}
    )
    assert json.loads(loaded.stdout) == []
