"""The adapter against a server of ours, over a real socket: found out by the first answer, and nothing is lost."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.access import Role
from reconciler.port import (
    Create,
    Delete,
    Impact,
    InvalidSessionType,
    RegistryDenied,
    RegistryRejected,
    RegistryUnavailable,
    Snapshot,
    Source,
    StaleRecord,
    TagExists,
    Update,
    Write,
)
from reconciler.project import Secret
from reconciler.registry.ductape import EitherReader, EitherRegistry
from reconciler.registry.ductape.credentials import Credentials
from reconciler.registry.ductape.opening import open_platform
from reconciler.registry.ductape.proxy import Proxy
from reconciler.registry.http.retry import Fate, NoAnswer
from reconciler.registry.http.transport import Answer, Request
from reconciler.registry.ledger import Ledger
from reconciler.registry.ledger.file import LedgerFile
from reconciler.registry.plain import Author
from reconciler.registry.url import DuctapeEndpoint, HttpEndpoint, UnsupportedRegistry
from tests.builders import session_type
from tests.registry.ductape.conftest import NOON, Time
from tests.registry.ductape.fake import KEY, TOKEN, USER, WORKSPACE, FakePlatform, Fault, opened
from tests.server.running import Running, running

SOURCE = Source("shop", "sessions/ü ser.yaml", "c0ffee", "sha256:1")
SPEC = session_type()
MARK = "reconciler-extensions"


@dataclass
class Wire:
    """Tells what was sent, and loses answers: of a method's next calls, which it carries out first or does not."""

    inner: Any
    lost: dict[str, list[bool]] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    asked: list[bool] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)

    def send(self, request: Request) -> Answer:
        body = request.body or b""
        plain = gzip.decompress(body) if "Content-Encoding" in request.headers else body
        method = json.loads(opened(json.loads(plain)["encrypted_payload"], KEY))["method"]
        self.sent.append(method)
        self.asked.append("Reconciler-Extensions" in request.headers)
        if method in self.answers:
            return self.answers.pop(method)
        waiting = self.lost.get(method, [])
        if not waiting:
            return self.inner.send(request)  # type: ignore[no-any-return]
        if waiting.pop(0):
            self.inner.send(request)
        raise NoAnswer(RegistryUnavailable("cut"), Fate.UNKNOWN)

    def close(self) -> None:
        self.inner.close()


Open = Callable[..., tuple[EitherRegistry, Wire]]


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Running]:
    with running("sqlite:///registry.db", tmp_path, ductape=True) as server:
        yield server


@pytest.fixture
def open_at(time: Time, tmp_path: Path) -> Iterator[Open]:
    """Open a registry at an address, on a wire of its own."""
    wires: list[Wire] = []

    def open_(url: str, token: str, *, ledger: bool = False, kind: Any = EitherRegistry) -> tuple[Any, Wire]:
        endpoint = DuctapeEndpoint(HttpEndpoint(url, is_tls=False, is_loopback=True))
        link = open_platform(endpoint, Secret(token), time.manner())
        wire = Wire(link.transport)
        wires.append(wire)
        who = Credentials(Secret(token), USER, WORKSPACE, Secret(KEY), Secret(KEY))
        proxy = Proxy(replace(link, transport=wire), who)  # type: ignore[arg-type]
        remembered = Ledger(LedgerFile(tmp_path / "l.json", "l.json"), registry=url, product="shop") if ledger else None
        more = [Author("ada", lambda: NOON)] if kind is EitherRegistry else []
        return kind.over(proxy, "shop", remembered, *more), wire

    yield open_
    for wire in wires:
        wire.close()


@pytest.fixture
def extended(ours: Running, open_at: Open) -> tuple[EitherRegistry, Wire]:
    return open_at(ours.url, ours.token(Role.WRITE))


class TestFindingOut:
    def test_the_first_call_is_one_that_the_platform_takes(self, ours: Running, open_at: Open) -> None:
        token = ours.token(Role.WRITE)
        tags = {"fetch": ["list", "list"], "create": ["fetch", "create"], "history": ["list", "history"]}
        calls: dict[str, Callable[[EitherRegistry], object]] = {
            "fetch": lambda registry: registry.fetch(),
            "create": lambda registry: registry.create(SPEC, SOURCE),
            "history": lambda registry: list(registry.history()),
        }
        for name, call in calls.items():
            registry, wire = open_at(ours.url, token)
            call(registry)
            assert wire.sent == tags[name]
            wire.sent.clear()
            registry.fetch()
            assert wire.sent == ["list"]

    def test_the_platform_is_asked_once_and_for_nothing_new(self, platform: FakePlatform, open_at: Open) -> None:
        registry, wire = open_at(platform.url, TOKEN)
        assert registry.fetch() == Snapshot(keeps_applied=False, is_plain=True)
        created = registry.create(SPEC, SOURCE)
        registry.update("user", {"expiry": 9}, revision=created.revision, source=SOURCE)
        with pytest.raises(RegistryRejected, match="keeps no history"):
            registry.history()
        with pytest.raises(RegistryRejected, match="several writes as one"):
            registry.commit([Create(SPEC)])
        assert registry.impacts(["user"]) == {}
        assert wire.sent == ["list", "fetch", "create", "fetch", "fetch", "update", "fetch"]
        assert wire.asked == [True] + [False] * 6
        assert [len(seen.params) for seen in platform.seen] == [1, 2, 2, 2, 2, 3, 2]
        assert [MARK in seen.headers for seen in platform.seen] == wire.asked

    @pytest.mark.parametrize("refuses", [True, False])
    def test_what_can_only_be_refused_asks_the_platform_first(
        self, platform: FakePlatform, open_at: Open, refuses: bool
    ) -> None:
        platform.quirks.fetch_refuses_unknown = refuses
        for call, sent in (
            (lambda registry: registry.history(), ["list"]),
            (lambda registry: registry.history(tag="user"), ["fetch"]),
            (lambda registry: registry.commit([Create(SPEC)]), ["fetch"]),
        ):
            registry, wire = open_at(platform.url, TOKEN)
            with pytest.raises(RegistryRejected):
                call(registry)  # type: ignore[no-untyped-call]
            assert wire.sent == sent
        registry, wire = open_at(platform.url, TOKEN)
        registry.commit([])
        assert registry.impacts([]) == {}
        assert (registry.impact("user"), wire.sent) == (None, ["list", "fetch"])

    def test_an_error_leaves_it_open(self, ours: Running, open_at: Open) -> None:
        registry, wire = open_at(ours.url, ours.token(Role.WRITE))
        wire.answers["list"] = Answer(401, {}, b'{"status": false, "message": "not yet"}')
        with pytest.raises(RegistryDenied, match=r"sessions\.list: .* refused: not yet"):
            registry.fetch()
        assert registry.create(SPEC, SOURCE).revision == 1

    def test_a_lost_first_answer_is_asked_for_again(self, ours: Running, open_at: Open) -> None:
        registry, wire = open_at(ours.url, ours.token(Role.WRITE))
        wire.lost["fetch"] = [True, False]
        assert registry.create(SPEC, SOURCE).revision == 1
        assert wire.sent == ["fetch", "fetch", "fetch", "create"]

    def test_many_threads_find_out_at_once(self, extended: tuple[EitherRegistry, Wire]) -> None:
        registry, _ = extended
        with ThreadPoolExecutor(8) as threads:
            created = list(threads.map(lambda number: registry.create(session_type(f"t{number}"), SOURCE), range(8)))
        snapshot = registry.fetch()
        assert sorted(created, key=lambda record: record.tag) == [*snapshot.records]
        assert {record.managed_by and record.managed_by.project for record in snapshot.records} == {"shop"}
        assert snapshot.revision == 8

    def test_what_is_packed_asks_too(self, extended: tuple[EitherRegistry, Wire]) -> None:
        registry, _ = extended
        created = registry.create(session_type(description="x" * 300_000), SOURCE)
        assert registry.fetch().records == (created,)

    def test_a_ledger_is_refused_and_nothing_written(self, ours: Running, open_at: Open, tmp_path: Path) -> None:
        registry, wire = open_at(ours.url, ours.token(Role.WRITE), ledger=True)
        for _ in range(2):
            with pytest.raises(UnsupportedRegistry, match="does not record owners itself"):
                registry.create(SPEC, SOURCE)
        assert wire.sent == ["fetch"]
        assert not (tmp_path / "l.json").exists()

    def test_a_reader_has_the_whole_registry_and_no_write(self, ours: Running, open_at: Open) -> None:
        writer, _ = open_at(ours.url, ours.token(Role.WRITE))
        created = writer.create(SPEC, SOURCE)
        reader, wire = open_at(ours.url, ours.token(Role.READ), kind=EitherReader)
        with closing(reader):
            assert reader.impacts(["user", "nobody"]) == {"user": Impact(0, 0)}
            assert reader.impact("nobody") is None
            assert reader.fetch() == Snapshot((created,), 1)
        assert wire.sent == ["fetch", "impacts", "impact", "list"]
        assert not hasattr(reader, "create")


class TestExactlyOnce:
    @pytest.mark.parametrize("done", [True, False])
    @pytest.mark.parametrize("source", [SOURCE, None])
    def test_a_write_whose_answer_is_lost(
        self, extended: tuple[EitherRegistry, Wire], done: bool, source: Source | None
    ) -> None:
        registry, wire = extended
        wire.lost = {method: [done] for method in ("create", "update", "delete")}
        created = registry.create(SPEC, source)
        updated = registry.update("user", {"expiry": 9, "period": "hour"}, revision=created.revision, source=source)
        assert registry.fetch().records == (updated,)
        assert updated.spec is not None
        assert (updated.revision, updated.spec.expiry) == (2, 9)
        registry.delete("user", revision=2, source=source)
        assert [entry.action for entry in registry.history()] == ["create", "update", "delete"]
        assert wire.sent.count("create") == 2
        assert wire.sent.count("update") == wire.sent.count("delete") == (1 if done else 2)

    @pytest.mark.parametrize("done", [True, False])
    @pytest.mark.parametrize("creates_only", [True, False])
    def test_a_changeset_whose_answer_is_lost(
        self, extended: tuple[EitherRegistry, Wire], done: bool, creates_only: bool
    ) -> None:
        registry, wire = extended
        old = registry.create(session_type("a"), SOURCE)
        registry.delete("a", revision=old.revision, source=SOURCE)
        kept, gone = registry.create(session_type("kept")), registry.create(session_type("gone"))
        wire.lost["commit"] = [done]
        writes: list[Write] = [Create(session_type("a"), SOURCE), Create(session_type("b"), SOURCE)]
        if not creates_only:
            writes += [Update("kept", {"expiry": 9}, kept.revision, SOURCE), Delete("gone", gone.revision, SOURCE)]
        registry.commit(writes)
        tags = [entry.tag for entry in registry.history(after=4)]
        assert tags == ["a", "b"] + ([] if creates_only else ["kept", "gone"])
        assert wire.sent.count("commit") == (1 if done else 2)

    def test_what_somebody_else_wrote_instead_is_a_lost_race(
        self, extended: tuple[EitherRegistry, Wire], ours: Running, open_at: Open
    ) -> None:
        registry, wire = extended
        created = registry.create(SPEC)
        eve, _ = open_at(ours.url, ours.token(Role.WRITE, name="eve"))
        eve.update("user", {"expiry": 30}, revision=created.revision)
        wire.lost = {"update": [False], "delete": [False]}
        for write in (
            lambda: registry.update("user", {"expiry": 9}, revision=created.revision, source=SOURCE),
            lambda: registry.delete("user", revision=created.revision, source=SOURCE),
        ):
            with pytest.raises(StaleRecord, match="at revision 2 by now, last written by token:eve"):
                write()

    def test_after_the_last_attempt_the_doubt_is_told(self, extended: tuple[EitherRegistry, Wire]) -> None:
        registry, wire = extended
        registry.fetch()
        wire.lost["create"] = [False] * 50
        with pytest.raises(RegistryUnavailable) as lost:
            registry.create(SPEC)
        assert "It may have been carried out" in lost.value.hint


class TestRefusals:
    def test_each_is_what_it_is_over_the_registrys_own_api(self, extended: tuple[EitherRegistry, Wire]) -> None:
        registry, _ = extended
        registry.create(SPEC)
        with pytest.raises(TagExists) as exists:
            registry.create(SPEC)
        assert (exists.value.tag, exists.value.status, exists.value.code) == ("user", 409, "tag-exists")
        with pytest.raises(InvalidSessionType) as invalid:
            registry.update("user", {"expiry": 0, "period": "eons"}, revision=1)
        assert [problem.path for problem in invalid.value.problems] == [("expiry",), ("period",)]
        with pytest.raises(InvalidSessionType) as undone:
            registry.commit([Create(session_type("a")), Update("user", {"expiry": 0}, 1)])
        assert undone.value.tag == "user"
        assert [record.tag for record in registry.fetch().records] == ["user"]

    def test_a_role_that_does_not_permit_it_is_denied(self, ours: Running, open_at: Open) -> None:
        registry, _ = open_at(ours.url, ours.token(Role.READ))
        writes: Sequence[Callable[[], object]] = (
            lambda: registry.create(SPEC),
            lambda: registry.update("user", {"expiry": 9}, revision=1),
            lambda: registry.delete("user", revision=1),
            lambda: registry.commit([Create(SPEC)]),
        )
        for write in writes:
            with pytest.raises(RegistryDenied, match="This needs the role `write`"):
                write()
        assert registry.fetch() == Snapshot()

    def test_text_that_can_not_be_sent_is_refused_here(self, extended: tuple[EitherRegistry, Wire]) -> None:
        registry, wire = extended
        registry.fetch()
        wire.sent.clear()
        with pytest.raises(RegistryRejected, match="half a surrogate pair"):
            registry.update("user", {"name": "\ud800"}, revision=1)
        assert wire.sent == []

    @pytest.mark.parametrize(
        "value",
        [
            None,
            [],
            {"items": []},
            {"items": [{"tag": "user"}], "revision": 1, "next": None},
            {"items": [], "revision": "1", "next": None},
        ],
    )
    def test_an_answer_that_can_not_be_understood_is_told(
        self, extended: tuple[EitherRegistry, Wire], value: Any
    ) -> None:
        registry, wire = extended
        registry.fetch()
        said = {"status": True, "data": {"data": value, "extensions": ["reconciler/v1"]}}
        wire.answers["list"] = Answer(200, {}, json.dumps(said).encode())
        with pytest.raises(RegistryUnavailable, match=r"^sessions\.list: .* can't be understood"):
            registry.fetch()

    @pytest.mark.parametrize(
        ("method", "call"),
        [
            ("list", lambda registry: registry.fetch()),
            ("create", lambda registry: registry.create(replace(SPEC, tag="b"), SOURCE)),
            ("update", lambda registry: registry.update(SPEC.tag, {"expiry": 2}, revision=1, source=SOURCE)),
            ("delete", lambda registry: registry.delete(SPEC.tag, revision=1, source=SOURCE)),
            ("commit", lambda registry: registry.commit([Delete(SPEC.tag, 1, SOURCE)])),
            ("history", lambda registry: list(registry.history())),
            ("impact", lambda registry: registry.impact(SPEC.tag)),
            ("impacts", lambda registry: registry.impacts([SPEC.tag])),
        ],
    )
    def test_what_a_gateway_does_not_find_is_not_what_the_registry_lacks(
        self, extended: tuple[EitherRegistry, Wire], method: str, call: Callable[[EitherRegistry], Any]
    ) -> None:
        registry, wire = extended
        registry.create(SPEC)
        wire.answers[method] = Answer(404, {}, b'{"message": "no Route matched with those values"}')
        with pytest.raises(RegistryUnavailable, match=rf"sessions\.{method}.*refused: no Route matched"):
            call(registry)
        assert [record.spec for record in registry.fetch().records] == [SPEC]

    def test_a_history_that_leads_nowhere_ends(self, extended: tuple[EitherRegistry, Wire]) -> None:
        registry, wire = extended
        registry.fetch()
        said = {"status": True, "data": {"data": {"items": [], "next_after": 0}}}
        wire.answers["history"] = Answer(200, {}, json.dumps(said).encode())
        with pytest.raises(RegistryUnavailable, match="the same page of its history again and again"):
            list(registry.history())

    def test_a_history_longer_than_a_page_is_read_to_its_end(self, extended: tuple[EitherRegistry, Wire]) -> None:
        registry, wire = extended
        for batch in range(2):
            registry.commit([Create(session_type(f"t{batch}-{number}")) for number in range(600)])
        assert [entry.revision for entry in registry.history()] == list(range(1, 1201))
        assert wire.sent.count("history") == 2


def test_the_platforms_faults_are_told_with_the_call(platform: FakePlatform, open_at: Open) -> None:
    registry, _ = open_at(platform.url, TOKEN)
    platform.faults["list"] = [Fault(403, '{"status": false, "message": "no", "problem": "none of ours"}')]
    with pytest.raises(RegistryDenied, match=r"^sessions\.list: .* refused: no$"):
        registry.fetch()
