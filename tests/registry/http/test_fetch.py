"""Reading: pages, a product that moves meanwhile, and the snapshot that is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from reconciler.port import Create, RegistryRejected, RegistryUnavailable, Snapshot
from reconciler.project import Secret
from reconciler.registry.http import HttpReader, Manner, Settings, open_http_reader
from reconciler.registry.http.snapshot_cache import Saved
from reconciler.registry.url import HttpEndpoint
from reconciler.session_type import SessionType
from tests.registry.http.fake import TOKEN, FakeServer, Fault, Reply, problem

Make = Callable[..., SessionType]
Manners = Callable[..., Manner]


@contextmanager
def opened(
    server: FakeServer, manner: Manner, *, token: str = TOKEN, product: str = "storefront"
) -> Iterator[HttpReader]:
    endpoint = HttpEndpoint(server.url, is_tls=False, is_loopback=True)
    with open_http_reader(endpoint, product=product, token=Secret(token), manner=manner) as reader:
        yield reader


def fill(server: FakeServer, make: Make, *tags: str) -> Snapshot:
    for tag in tags:
        server.store().create(make(tag))
    return server.store().fetch()


def statuses(server: FakeServer) -> list[bool]:
    """Return for each request whether it was conditional."""
    return ["if-none-match" in seen.headers for seen in server.seen]


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_thousand_records_are_one_call(reader: HttpReader, server: FakeServer, make: Make) -> None:
    store = server.store()
    store.commit([Create(make(f"t{number:04}")) for number in range(1000)])
    assert reader.fetch() == store.fetch()
    assert len(server.seen) == 1
    assert server.seen[0].headers["accept-encoding"] == "gzip"
    assert reader.fetch() == store.fetch()
    assert statuses(server) == [False, True]


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_make_one_snapshot(server: FakeServer, make: Make, manner: Manners, size: int) -> None:
    whole = fill(server, make, *"edcBa0")
    with opened(server, manner(page_size=size)) as reader:
        assert reader.fetch() == whole
        assert len(server.seen) == -(-6 // size)
        assert reader.fetch() == whole
        assert statuses(server)[-1]


def test_a_product_that_moves_while_it_is_read_is_read_again(server: FakeServer, make: Make, manner: Manners) -> None:
    fill(server, make, *"abcd")
    moves = iter(["e", None, "0"])

    def move() -> None:
        if len(server.seen) % 2 == 0 and (tag := next(moves, None)):
            server.store().create(make(tag))

    server.before_page = move
    with opened(server, manner(page_size=2)) as reader:
        assert reader.fetch() == server.store().fetch()
    assert {"e", "a"} <= {record.tag for record in server.store().fetch().records}


def test_a_product_that_never_rests_is_unavailable(server: FakeServer, make: Make, manner: Manners) -> None:
    fill(server, make, *"abcd")

    def move() -> None:
        expiry = 100 + len(revisions)
        revisions.append(server.store().update("a", {"expiry": expiry}, revision=revisions[-1]).revision)

    revisions = [1]
    server.before_page = move
    with opened(server, manner(page_size=1)) as reader, pytest.raises(RegistryUnavailable, match="changed while"):
        reader.fetch()
    assert len(server.seen) == 10


def test_a_cursor_that_goes_round_is_found_out(server: FakeServer, manner: Manners) -> None:
    page = {"items": [], "revision": 0, "next": "again"}
    server.fail("GET", *[Fault(Reply(200, page))] * 9)
    with opened(server, manner()) as reader, pytest.raises(RegistryUnavailable, match="same page of its records"):
        reader.fetch()
    history = {"items": [], "next_after": 0}
    server.faults["GET"] = [Fault(Reply(200, history))] * 9
    with opened(server, manner()) as reader, pytest.raises(RegistryUnavailable, match="same page of its history"):
        list(reader.history())


def test_a_record_that_comes_twice_is_found_out(reader: HttpReader, server: FakeServer, make: Make) -> None:
    fill(server, make, "a")
    reader.fetch()
    saved = reader._cache.load()  # noqa: SLF001
    assert saved
    page: Any = saved.pages[0]
    twice = Reply(200, {**page, "items": page["items"] * 2}, headers={"ETag": saved.etag})
    server.fail("GET", Fault(twice))
    with pytest.raises(RegistryUnavailable, match="lists a session type twice"):
        reader.fetch()
    # Nor does the next run find it in the cache.
    assert len(reader.fetch().records) == 1


def test_an_unchanged_product_is_not_sent_again(reader: HttpReader, server: FakeServer, make: Make) -> None:
    whole = fill(server, make, "a", "b")
    assert [reader.fetch() for _ in range(3)] == [whole] * 3
    assert statuses(server) == [False, True, True]
    moved = fill(server, make, "c")
    assert [reader.fetch() for _ in range(2)] == [moved] * 2


def test_the_registrys_own_mark_is_sent_back_as_it_came(reader: HttpReader, server: FakeServer) -> None:
    """A proxy may weaken it, and a registry may say more in it than the revision."""
    page = {"items": [], "revision": 7, "next": None}
    server.fail("GET", Fault(Reply(200, page, {"ETag": 'W/"7-of-another-database"'})))
    reader.fetch()
    reader.fetch()
    assert server.seen[-1].headers["if-none-match"] == 'W/"7-of-another-database"'


def test_without_a_mark_nothing_is_kept(reader: HttpReader, server: FakeServer, cache: Path) -> None:
    server.fail("GET", Fault(Reply(200, {"items": [], "revision": 7, "next": None})))
    reader.fetch()
    assert files(cache) == []


def test_what_is_kept_is_for_its_owner_only(reader: HttpReader, server: FakeServer, make: Make, cache: Path) -> None:
    fill(server, make, "a")
    reader.fetch()
    [file] = files(cache)
    assert file.stat().st_mode & 0o777 == 0o600
    assert cache.stat().st_mode & 0o777 == 0o700
    assert TOKEN.encode() not in file.read_bytes()
    assert TOKEN not in file.name


def test_another_token_product_or_registry_has_a_snapshot_of_its_own(
    server: FakeServer, make: Make, manner: Manners, cache: Path, tmp_path: Path
) -> None:
    fill(server, make, "a")
    server.authorized = {TOKEN: None, "rct_other": None}
    another = FakeServer(tmp_path / "another")
    try:
        for each, token, product in [
            (server, TOKEN, "storefront"),
            (server, "rct_other", "storefront"),
            (server, TOKEN, "backoffice"),
            (another, TOKEN, "storefront"),
        ]:
            with opened(each, manner(), token=token, product=product) as reader:
                reader.fetch()
        assert [*statuses(server), *statuses(another)] == [False] * 4
        assert len(files(cache)) == 4
    finally:
        another.close()


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut": lambda whole: whole[:-10],
    "longer": lambda whole: whole + b" ",
    "no head": lambda whole: whole.partition(b"\n")[2],
    "another record": lambda whole: whole.replace(b"days", b"year"),
    "another mark": lambda whole: whole.replace(b'\\"1\\"', b'\\"2\\"'),
    "older format": lambda whole: whole.replace(b"reconciler-snapshot-2", b"reconciler-snapshot-1"),
    "another Python": lambda whole: whole.replace(b'"python": "3', b'"python": "4'),
    "head is a list": lambda whole: b"[]\n" + whole,
    "head without fields": lambda whole: b"{}\n" + whole,
    "binary": lambda _: bytes(range(256)) * 10,
    "deep": lambda whole: b"[" * 100_000 + b"\n" + whole,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_snapshot_is_none(
    reader: HttpReader, server: FakeServer, make: Make, cache: Path, damage: str
) -> None:
    whole = fill(server, make, "a")
    reader.fetch()
    [file] = files(cache)
    good = file.read_bytes()
    file.write_bytes(DAMAGES[damage](good))
    assert file.read_bytes() != good
    assert reader.fetch() == whole
    assert statuses(server) == [False, False]
    assert file.read_bytes() == good


def test_a_snapshot_of_a_form_that_is_not_read_any_more_is_fetched_anew(
    reader: HttpReader, server: FakeServer, make: Make
) -> None:
    whole = fill(server, make, "a")
    reader._cache.save(Saved('"1"', ({"items": []},)))  # noqa: SLF001
    assert reader.fetch() == whole
    assert statuses(server) == [True, False]


@pytest.mark.parametrize("trouble", ["a file in its place", "a folder in the snapshot's place"])
def test_a_cache_that_can_not_be_used_is_no_error(
    reader: HttpReader, server: FakeServer, make: Make, cache: Path, trouble: str
) -> None:
    whole = fill(server, make, "a")
    if trouble == "a file in its place":
        cache.parent.mkdir(parents=True)
        cache.touch()
    else:
        (cache / reader._cache._name()).mkdir(parents=True)  # noqa: SLF001
    assert [reader.fetch(), reader.fetch()] == [whole, whole]
    assert [path for path in files(cache.parent) if path.name.startswith(".")] == []


def test_a_cache_that_may_not_be_written_is_no_error(
    reader: HttpReader, server: FakeServer, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", denied)
    whole = fill(server, make, "a")
    assert [reader.fetch(), reader.fetch()] == [whole, whole]
    assert statuses(server) == [False, False]


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    home = str(Path.home())
    assert Settings.of({}).cache_folder == Path(home, ".cache/reconciler/snapshots")
    assert Settings.of({"XDG_CACHE_HOME": "/c"}).cache_folder == Path("/c/reconciler/snapshots")
    assert Settings.of({"XDG_CACHE_HOME": "relative"}).cache_folder == Path(home, ".cache/reconciler/snapshots")
    assert Settings.of({"RECONCILER_NO_CACHE": "1", "XDG_CACHE_HOME": "/c"}).cache_folder is None
    assert Settings.of({"RECONCILER_NO_CACHE": "0", "XDG_CACHE_HOME": "/c"}).cache_folder
    assert Settings.of({"RECONCILER_ALLOW_INSECURE": "1"}).allow_insecure
    assert not Settings.of({"RECONCILER_ALLOW_INSECURE": "0"}).allow_insecure
    assert Settings.of({"RECONCILER_CA_FILE": "ca.pem"}).ca_file == "ca.pem"

    def nobody() -> Path:
        raise RuntimeError("no home")

    monkeypatch.setattr(Path, "home", nobody)
    assert Settings.of({}).cache_folder is None


def test_without_a_cache_nothing_is_kept(server: FakeServer, make: Make, manner: Manners, tmp_path: Path) -> None:
    fill(server, make, "a")
    before = files(tmp_path)
    with opened(server, manner(settings=Settings())) as reader:
        assert reader.fetch() == reader.fetch()
    assert statuses(server) == [False, False]
    assert files(tmp_path) == before


def test_history_comes_page_by_page(
    reader: HttpReader, server: FakeServer, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(server, make, *"abcde")
    monkeypatch.setattr("reconciler.registry.http.reader._HISTORY_PAGE_SIZE", 2)
    entries = reader.history()
    assert server.seen == []
    assert [next(iter(entries)).revision for _ in range(2)] == [1, 2]
    assert len(server.seen) == 1
    assert [entry.revision for entry in entries] == [3, 4, 5]
    assert [seen.query["after"] for seen in server.seen] == ["0", "2", "4"]


@pytest.mark.parametrize("product", ["Ünï cödé %2F?#&", "a.b", "..a", "-"])
def test_any_product_is_one_piece_of_the_path(server: FakeServer, make: Make, manner: Manners, product: str) -> None:
    server.store(product).create(make())
    with opened(server, manner(), product=product) as reader:
        assert reader.fetch() == server.store(product).fetch()
        assert len(list(reader.history())) == 1


@pytest.mark.parametrize("product", ["", ".", "..", "\ud800"])
def test_a_product_that_is_no_piece_of_a_path_is_rejected(server: FakeServer, manner: Manners, product: str) -> None:
    with pytest.raises(RegistryRejected), opened(server, manner(), product=product):
        pass


def test_a_missing_record_is_told_from_a_missing_page(reader: HttpReader, server: FakeServer) -> None:
    patience = reader._link.patience  # noqa: SLF001
    assert reader.record("nobody", patience) is None
    server.fail("GET", Fault(Reply(404, text="<html>")), Fault(problem(404, "not-found")))
    with pytest.raises(RegistryUnavailable, match="answered 404"):
        reader.record("nobody", patience)
    assert reader.record("nobody", patience) is None
