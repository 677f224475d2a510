"""Appliers that race through two servers on one PostgreSQL, one of which is killed again and again.

RECONCILER_SOAK_SECONDS says how long; the few seconds of every test run are there to keep the test itself alive.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from reconciler.access import Role
from reconciler.port import HistoryEntry, RegistryError, Snapshot
from reconciler.registry import open_reader
from tests.postgres import PostgresServer
from tests.server.running import Process, tokens
from tests.service.victim import Victim

SECONDS = float(os.environ.get("RECONCILER_SOAK_SECONDS", "6"))
APPLIERS = 8

# Every acknowledged write is printed: tag, revision, and the mark that both of its fields carry.
APPLIER = """
import random, sys, time
from contextlib import suppress
from pathlib import Path
from reconciler.port import RegistryError, Source
from reconciler.registry import open_registry
from reconciler.session_type import Period, SessionType

root, me, seconds, token, *urls = sys.argv[1:]
chance = random.Random(me)
until, number = time.monotonic() + float(seconds), 0
while time.monotonic() < until:
    url = chance.choice(urls)
    with suppress(RegistryError), open_registry(url, product="p", root=Path(root), actor=me, token=token) as registry:
        live = {record.tag: record for record in registry.fetch().records}
        for tag in chance.sample(["a", "b", "c", "d", "e", "f"], 3):
            number += 1
            mark = f"{me}-{number}"
            source = Source(me, f"{mark}.yaml", mark)
            with suppress(RegistryError):
                if tag in live:
                    fields = {"name": mark, "description": mark}
                    record = registry.update(tag, fields, revision=live[tag].revision, source=source)
                else:
                    new = SessionType(mark, tag, mark, {"id": "x"}, "$Session{id}", 1, Period.DAYS)
                    record = registry.create(new, source)
                print(tag, record.revision, mark, flush=True)
"""


@contextmanager
def _appliers(folder: Path, token: str, urls: list[str]) -> Iterator[list[subprocess.Popen[str]]]:
    command = [sys.executable, "-c", APPLIER, str(folder)]
    running = [
        subprocess.Popen([*command, f"w{at}", str(SECONDS), token, *urls], stdout=subprocess.PIPE, text=True)
        for at in range(APPLIERS)
    ]
    try:
        yield running
    finally:
        for each in running:
            each.kill()
            each.wait()


def test_nothing_is_lost_and_nothing_mixed(postgres: PostgresServer, tmp_path: Path) -> None:
    with postgres.database() as database:
        with tokens(database, tmp_path) as store:
            token = store.create("appliers", Role.WRITE)[1]
        with Process(tmp_path, "--database", database) as steady:
            victim = Victim(tmp_path, database)
            with _appliers(tmp_path, token, [steady.url(), victim.url]) as appliers:
                _kill_now_and_then(victim)
                acknowledged = [line for each in appliers for line in each.communicate(timeout=120)[0].splitlines()]
            victim.stop()
        with open_reader(database, product="p", root=tmp_path) as reader:
            history, snapshot = list(reader.history()), reader.fetch()
    sys.stdout.write(f"{victim.deaths} deaths, {len(acknowledged)} acknowledged, {len(history)} written\n")
    assert victim.deaths > 0
    _check(acknowledged, history, snapshot)


def _kill_now_and_then(victim: Victim) -> None:
    until = time.monotonic() + SECONDS
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, 0.5 + 2.5 * (victim.deaths % 3) / 2))
        victim.die_and_rise()


def _check(acknowledged: list[str], history: list[HistoryEntry], snapshot: Snapshot) -> None:
    assert [entry.revision for entry in history] == list(range(1, snapshot.revision + 1)), "gapless"
    entries = {entry.revision: entry for entry in history}
    assert len(acknowledged) > APPLIERS
    for line in acknowledged:
        tag, revision, mark = line.split()
        entry = entries[int(revision)]
        assert (entry.tag, entry.source and entry.source.commit) == (tag, mark), "every acknowledged write is there"
    for record in snapshot.records:
        spec = record.spec
        assert spec
        assert record.applied
        assert record.managed_by
        marks = {spec.name, spec.description, record.applied.name, record.applied.description, record.managed_by.commit}
        assert len(marks) == 1, "no record is a mix of two writes"
        assert entries[record.revision].changes["name"][1] == spec.name


def test_a_registry_error_is_what_a_killed_server_gives(tmp_path: Path) -> None:
    dead = Process(tmp_path, "--database", "sqlite:///registry.db")
    url = dead.url()
    dead.popen.kill()
    dead.popen.wait(30)
    with suppress(RegistryError), open_reader(url, product="p", root=tmp_path, token="any") as reader:
        raise AssertionError(f"a dead server answered {reader.fetch()}")
