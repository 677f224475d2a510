"""Each way in which PostgreSQL fails, as the user is told of it: without the password, and with what to do."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import exc, text

from reconciler.port import RegistryDenied, RegistryError, RegistryRejected, RegistryUnavailable, Snapshot
from reconciler.registry import UnsupportedRegistry, open_reader, open_registry
from reconciler.registry.connect import utc_now
from reconciler.registry.store import Database, Store, causes, open_database
from reconciler.registry.store.border import border as crossing
from reconciler.registry.store.engine import postgresql
from reconciler.registry.url import parse_database_url
from reconciler.session_type import SessionType
from tests.postgres import PostgresServer

Make = Callable[..., SessionType]
SECRET = "s3cr%40et"  # noqa: S105 - of a user that the tests make


@pytest.fixture
def url(postgres: PostgresServer) -> Iterator[str]:
    with postgres.database() as url:
        yield url


@pytest.fixture(scope="module")
def guarded(postgres: PostgresServer) -> Iterator[PostgresServer]:
    """Have the server ask one user for a password; it trusts the others."""
    rules = postgres.data / "pg_hba.conf"
    before = rules.read_text()
    rules.write_text(f"local all ada scram-sha-256\nlocal all eve reject\n{before}")
    postgres.run("CREATE ROLE ada LOGIN PASSWORD 's3cr@et'", "CREATE ROLE eve LOGIN", "SELECT pg_reload_conf()")
    yield postgres
    rules.write_text(before)
    postgres.run("SELECT pg_reload_conf()")


def refusal(url: str, root: Path) -> str:
    """Open for reading and for writing, and return what both answered."""
    with pytest.raises(RegistryUnavailable) as reading:
        open_reader(url, product="p", root=root)
    with pytest.raises(RegistryUnavailable) as writing:
        open_registry(url, product="p", root=root, actor="ada")
    for refused in (reading.value, writing.value):
        assert refused.message.startswith("The registry postgresql://")
        assert refused.hint
        assert "\n" not in refused.message
        assert "s3cr" not in refused.message + refused.hint
        assert not isinstance(refused, RegistryDenied)
    assert reading.value.message == writing.value.message
    return reading.value.message


def test_a_server_that_is_down(tmp_path: Path) -> None:
    message = refusal(f"postgresql://ada:{SECRET}@127.0.0.1:1/shop", tmp_path)
    assert message.startswith("The registry postgresql://127.0.0.1:1/shop can't be reached: ")
    assert "Connection refused" in message


def test_a_host_that_is_not_there(tmp_path: Path) -> None:
    message = refusal(f"postgresql://ada:{SECRET}@nowhere.invalid/shop", tmp_path)
    assert message.startswith("The registry postgresql://nowhere.invalid/shop can't be reached: ")


@pytest.mark.parametrize("user", ["ada", "ada:s3cret", "nobody", "nobody:s3cret"])
def test_a_wrong_user_or_password(guarded: PostgresServer, tmp_path: Path, user: str) -> None:
    message = refusal(guarded.url_of("postgres", user=user), tmp_path)
    assert message == "The registry postgresql:///postgres does not accept the user or the password"


def test_a_user_that_is_not_let_in(guarded: PostgresServer, tmp_path: Path) -> None:
    assert "can't be reached: " in refusal(guarded.url_of("postgres", user="eve"), tmp_path)


def test_an_unknown_database(postgres: PostgresServer, tmp_path: Path) -> None:
    message = refusal(postgres.url_of("nowhere"), tmp_path)
    assert message == "The registry postgresql:///nowhere does not exist: the server has no such database"


def test_a_user_that_may_not_make_tables(guarded: PostgresServer, url: str, tmp_path: Path) -> None:
    name = parse_database_url(url, tmp_path).spelled.rpartition("/")[2]
    with pytest.raises(RegistryUnavailable, match="can't be used: permission denied") as refused:
        open_database(guarded.url_of(name, user=f"ada:{SECRET}"), tmp_path)
    assert refused.value.hint


def test_the_right_password_opens(guarded: PostgresServer, url: str, tmp_path: Path) -> None:
    name = parse_database_url(url, tmp_path).spelled.rpartition("/")[2]
    guarded.run(f"ALTER DATABASE {name} OWNER TO ada")
    open_database(guarded.url_of(name, user=f"ada:{SECRET}"), tmp_path).close()


def test_a_parameter_that_the_library_does_not_know(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedRegistry) as refused:
        open_registry(f"postgresql://ada:{SECRET}@host/db?nonsense=s3cret", product="p", root=tmp_path, actor="ada")
    assert refused.value.hint
    assert "s3cr" not in refused.value.message + refused.value.hint
    assert refused.value.__cause__ is None


def test_psycopg_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UnsupportedRegistry, match="needs psycopg, which is not installed") as reading:
        open_reader("postgresql://host/db", product="p", root=tmp_path)
    with pytest.raises(UnsupportedRegistry, match="needs psycopg") as writing:
        open_registry("postgresql://host/db", product="p", root=tmp_path, actor="ada")
    assert (
        reading.value.hint
        == writing.value.hint
        == "Install the extra `postgres`: `pip install '.[postgres]'` in a checkout of reconciler."
    )


def test_a_reader_can_not_write(url: str, tmp_path: Path, make: Make) -> None:
    with open_registry(url, product="p", root=tmp_path, actor="ada") as registry:
        registry.create(make())
    database = Database.for_reading(parse_database_url(url, tmp_path))
    with Store(database, product="p", actor="eve", clock=utc_now) as store:
        with pytest.raises(RegistryUnavailable, match="may not be written"):
            store.create(make("another"))
        assert len(store.fetch().records) == 1


def test_a_reader_makes_no_tables(url: str, tmp_path: Path) -> None:
    with open_reader(url, product="p", root=tmp_path) as reader:
        assert reader.fetch() == Snapshot(exists=False)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_a_connection_that_was_dropped_is_replaced(
    postgres: PostgresServer, url: str, tmp_path: Path, make: Make
) -> None:
    name = parse_database_url(url, tmp_path).spelled.rpartition("/")[2]
    drop = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608
    with open_registry(url, product="p", root=tmp_path, actor="ada") as registry:
        registry.create(make())
        postgres.run(drop)
        assert len(registry.fetch().records) == 1
        postgres.run(drop)
        assert registry.create(make("b")).revision == 2


def test_a_connection_that_is_dropped_during_a_write(
    postgres: PostgresServer, url: str, tmp_path: Path, make: Make
) -> None:
    name = parse_database_url(url, tmp_path).spelled.rpartition("/")[2]
    drop = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608
    database = open_database(url, tmp_path)

    def clock_of_doom() -> object:
        postgres.run(drop)
        return utc_now()

    store = Store(database, product="p", actor="ada", clock=clock_of_doom)  # type: ignore[arg-type] # as good as a time
    with pytest.raises(RegistryUnavailable, match=r"is shutting down or starting up|dropped the connection") as lost:
        store.create(make())
    assert lost.value.hint
    assert store.fetch() == Snapshot()
    store.close()


def test_a_lock_that_is_never_released(url: str, tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "_SESSION", "SET lock_timeout = '50ms'")
    with open_registry(url, product="p", root=tmp_path, actor="ada") as registry:
        registry.create(make())
        with psycopg.connect(url) as other:
            other.execute("SELECT * FROM products FOR UPDATE")
            with pytest.raises(RegistryUnavailable, match="is too busy"):
                registry.create(make("b"))
            assert len(registry.fetch().records) == 1
        assert registry.create(make("b")).revision == 2


def test_the_pool_is_bounded(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for bound, value in {"POOL_SIZE": 1, "MAX_OVERFLOW": 0, "POOL_SECONDS": 0.05}.items():
        monkeypatch.setattr(postgresql, bound, value)
    database = open_database(url, tmp_path)
    with (
        database.reading(),
        pytest.raises(RegistryUnavailable, match="is too busy: others hold what this needs") as busy,
        database.reading(),
    ):
        pass
    assert busy.value.hint
    with database.reading() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    database.close()


def test_text_with_a_nul_is_rejected(url: str, tmp_path: Path, make: Make) -> None:
    database = open_database(url, tmp_path)
    for actor, product in (("a\0da", "p"), ("ada", "p\0")):
        with pytest.raises(RegistryRejected, match=r"can't store a value: .*NUL"):
            Store(database, product=product, actor=actor, clock=utc_now).create(make())
    database.close()


@pytest.mark.parametrize("code", causes._BY_SQLSTATE)  # noqa: SLF001 - the map itself is under test
def test_every_known_code_has_words_of_its_own(code: str) -> None:
    with pytest.raises(RegistryUnavailable) as translated, crossing("postgresql:///x"):
        raise exc.OperationalError("SELECT secret", {}, errors.lookup(code)("raw words"))
    assert translated.value.message.startswith("The registry postgresql:///x ")
    assert "raw words" not in translated.value.message
    assert "secret" not in translated.value.message


def subclasses(kind: type[psycopg.Error]) -> set[type[psycopg.Error]]:
    return {kind}.union(*(subclasses(each) for each in kind.__subclasses__()))


def test_no_error_of_the_driver_passes() -> None:
    for kind in subclasses(psycopg.Error):
        statement = "INSERT INTO x VALUES ('s3cret')"
        wrapped = exc.DBAPIError.instance(statement, {}, kind("raw words"), psycopg.Error)
        assert isinstance(wrapped, exc.SQLAlchemyError)
        with pytest.raises(RegistryError) as translated, crossing("postgresql:///x"):
            raise wrapped
        assert translated.value.message.startswith("The registry postgresql:///x ")
        assert "s3cret" not in translated.value.message


def test_a_connection_that_is_lost_without_a_word_from_the_server() -> None:
    with pytest.raises(RegistryUnavailable, match="dropped the connection: gone") as lost, crossing("postgresql:///x"):
        raise exc.OperationalError("SELECT 1", {}, psycopg.OperationalError("gone"), connection_invalidated=True)
    assert "may be there or not" in lost.value.hint


def test_a_server_that_does_not_take_the_settings(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "_SESSION", "SET nonsense = 1")
    with pytest.raises(RegistryUnavailable, match="unrecognized configuration parameter"):
        open_database(url, tmp_path)
