"""Many writers at once. Every acknowledged write must be in the history, each under a revision of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from reconciler.port import Registry, StaleRecord
from reconciler.registry import open_reader, open_registry
from reconciler.session_type import SessionType
from tests.postgres import PostgresServer

Make = Callable[..., SessionType]
TAGS = ("a", "b", "c")

PRELUDE = """
import sys
from contextlib import suppress
from pathlib import Path
from reconciler.port import StaleRecord
from reconciler.registry import open_registry
from reconciler.session_type import Period, SessionType

root, actor, url = Path(sys.argv[1]), sys.argv[2], sys.argv[3]

def make(tag, expiry):
    return SessionType("n", tag, "", {"id": "x"}, "$Session{id}", expiry, Period.DAYS)
"""

# Says READY and waits for a line, so that all processes open the new file together.
WORKER = """
print("READY", flush=True)
sys.stdin.readline()
with open_registry(url, product="p", root=root, actor=actor) as registry:
    for step in range(20):
        for tag in ("a", "b", "c"):
            live = {record.tag: record for record in registry.fetch().records}
            with suppress(StaleRecord):
                if tag not in live:
                    print(registry.create(make(tag, 10**6 + step)).revision)
                elif step % 7 == 6:
                    registry.delete(tag, revision=live[tag].revision)
                else:
                    expiry = live[tag].spec.expiry + 1
                    print(registry.update(tag, {"expiry": expiry}, revision=live[tag].revision).revision)
"""

ENDLESS = """
with open_registry(url, product="p", root=root, actor=actor) as registry:
    number = 0
    while True:
        number += 1
        print(registry.create(make(f"t{number}", 1)).revision, flush=True)
"""


def start(code: str, root: Path, actor: str, url: str) -> subprocess.Popen[str]:
    run = [sys.executable, "-W", "error", "-c", PRELUDE + code, str(root), actor, url]
    return subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ))


def attempts(registry: Registry, make: Make, thread: int) -> Iterator[int]:
    """Write to tags that all threads share, and yield the revisions of the writes that were acknowledged."""
    for step in range(6):
        for tag in TAGS:
            live = {record.tag: record for record in registry.fetch().records}
            with suppress(StaleRecord):
                if tag in live:
                    # Two fields with one mark, so that a record of two writers' halves would show.
                    mark = f"{thread} {step}"
                    change = {"name": mark, "description": mark}
                    yield registry.update(tag, change, revision=live[tag].revision).revision
                else:
                    yield registry.create(make(tag)).revision


def test_sixteen_threads(url: str, tmp_path: Path, make: Make) -> None:
    with open_registry(url, product="p", root=tmp_path, actor="ada") as registry:
        with ThreadPoolExecutor(16) as threads:
            done = threads.map(lambda thread: list(attempts(registry, make, thread)), range(16))
            acknowledged = [revision for revisions in done for revision in revisions]
        history = list(registry.history())
        snapshot = registry.fetch()

    assert sorted(acknowledged) == [entry.revision for entry in history] == list(range(1, snapshot.revision + 1))
    assert [record.revision for record in snapshot.records] == [
        max(entry.revision for entry in history if entry.tag == tag) for tag in TAGS
    ]
    for record in snapshot.records:
        assert record.spec is not None
        assert record.spec.name == record.spec.description
        assert record.spec.name == history[record.revision - 1].changes["name"][1]


def test_sixteen_threads_under_serializable_isolation(postgres: PostgresServer, tmp_path: Path, make: Make) -> None:
    """There the database gives up most of the transactions, as those that always isolate so do."""
    with postgres.database() as url:
        test_sixteen_threads(f"{url}&options=-c%20default_transaction_isolation%3Dserializable", tmp_path, make)


def test_threads_of_distinct_tags_all_succeed(url: str, tmp_path: Path, make: Make) -> None:
    with open_registry(url, product="p", root=tmp_path, actor="ada") as registry:
        with ThreadPoolExecutor(16) as threads:
            created = list(threads.map(lambda number: registry.create(make(f"t{number:03}")), range(100)))
        assert {record.tag: record for record in registry.fetch().records} == {each.tag: each for each in created}


def test_processes_race_for_a_new_database_and_then_write_on(url: str, tmp_path: Path) -> None:
    workers = {actor: start(WORKER, tmp_path, actor, url) for actor in ("p0", "p1", "p2", "p3")}
    for worker in workers.values():
        assert worker.stdout is not None
        assert worker.stdout.readline() == "READY\n"
    for worker in workers.values():
        assert worker.stdin is not None
        worker.stdin.write("\n")
        worker.stdin.flush()
    printed = {actor: worker.communicate(timeout=120)[0] for actor, worker in workers.items()}
    assert [worker.returncode for worker in workers.values()] == [0, 0, 0, 0]

    acknowledged = {int(line): actor for actor, lines in printed.items() for line in lines.split()}
    with open_reader(url, product="p", root=tmp_path) as reader:
        history, snapshot = list(reader.history()), reader.fetch()
    assert [entry.revision for entry in history] == list(range(1, snapshot.revision + 1))
    wrote = {entry.revision: entry.actor for entry in history if entry.action != "delete"}
    assert wrote == acknowledged
    if url.startswith("sqlite"):
        assert [path.name for path in tmp_path.iterdir()] == ["registry.db"]


def test_a_killed_process_loses_nothing_that_it_acknowledged(url: str, tmp_path: Path) -> None:
    worker = start(ENDLESS, tmp_path, "doomed", url)
    assert worker.stdout is not None
    assert worker.stdin is not None
    seen = [int(worker.stdout.readline()) for _ in range(20)]
    worker.kill()
    seen += [int(line) for line in worker.communicate()[0].splitlines(keepends=True) if line.endswith("\n")]

    with open_registry(url, product="p", root=tmp_path, actor="ada") as registry:
        snapshot = registry.fetch()
        history = [entry.revision for entry in registry.history()]
    assert history == list(range(1, snapshot.revision + 1))
    assert len(snapshot.records) == snapshot.revision >= max(seen)
