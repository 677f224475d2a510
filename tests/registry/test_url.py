from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.registry import UnsupportedRegistry, open_reader, open_registry
from reconciler.registry.url import (
    DuctapeEndpoint,
    HttpEndpoint,
    PostgresDatabase,
    SqliteFile,
    parse_database_url,
    parse_registry_url,
)

ROOT = Path("/root/of/project")


@pytest.mark.parametrize(
    ("url", "path", "spelled"),
    [
        ("sqlite:///registry.db", ROOT / "registry.db", "registry.db"),
        ("sqlite:///.reconciler/registry.db", ROOT / ".reconciler/registry.db", ".reconciler/registry.db"),
        ("SQLite:///../up.db", ROOT / "../up.db", "../up.db"),
        ("sqlite:////var/lib/r.db", Path("/var/lib/r.db"), "/var/lib/r.db"),
        ("sqlite:///with space%20.db", ROOT / "with space%20.db", "with space%20.db"),
    ],
)
def test_a_sqlite_url_names_a_file(url: str, path: Path, spelled: str) -> None:
    assert parse_registry_url(url, ROOT) == SqliteFile(path, spelled)


@pytest.mark.parametrize(
    ("url", "spelled"),
    [
        ("postgresql://ada:s3cret@host:5432/db", "postgresql://host:5432/db"),
        ("postgres://ada@host/db?sslmode=require&password=s3cret", "postgresql://host/db"),
        ("PostgreSQL://h1:1,h2:2/db?user=ada", "postgresql://h1:1,h2:2/db"),
        ("postgresql:///db?host=/run/postgresql", "postgresql:///db"),
        ("postgresql://ada:s3cr%40et@[::1]:5432/d%20b", "postgresql://[::1]:5432/d%20b"),
    ],
)
def test_a_postgresql_url_names_a_database_and_shows_no_password(url: str, spelled: str) -> None:
    address = parse_registry_url(url, ROOT)
    assert isinstance(address, PostgresDatabase)
    assert address.spelled == spelled
    assert address.url == "postgresql://" + url.partition("://")[2]
    assert "s3cr" not in repr(address)


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("https://registry.example.com", HttpEndpoint("https://registry.example.com", is_tls=True, is_loopback=False)),
        (
            "HTTPS://Registry.Example.com:8443/",
            HttpEndpoint("https://registry.example.com:8443", is_tls=True, is_loopback=False),
        ),
        (
            "https://example.com/Some/path//",
            HttpEndpoint("https://example.com/Some/path", is_tls=True, is_loopback=False),
        ),
        ("http://127.0.0.1:8080", HttpEndpoint("http://127.0.0.1:8080", is_tls=False, is_loopback=True)),
        ("http://[::1]:80/x", HttpEndpoint("http://[::1]:80/x", is_tls=False, is_loopback=True)),
        ("http://localhost", HttpEndpoint("http://localhost", is_tls=False, is_loopback=True)),
        ("http://api.localhost", HttpEndpoint("http://api.localhost", is_tls=False, is_loopback=True)),
        ("http://localhost.example.com", HttpEndpoint("http://localhost.example.com", is_tls=False, is_loopback=False)),
        ("http://10.0.0.1", HttpEndpoint("http://10.0.0.1", is_tls=False, is_loopback=False)),
    ],
)
def test_an_http_url_names_a_server(url: str, endpoint: HttpEndpoint) -> None:
    assert parse_registry_url(url, ROOT) == endpoint


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_is_no_database(scheme: str) -> None:
    with pytest.raises(UnsupportedRegistry, match=f"`{scheme}`"):
        parse_database_url(f"{scheme}://host", ROOT)


@pytest.mark.parametrize("scheme", ["mysql", "postgresql+psycopg", "sqlite+pysqlite", "ftp"])
def test_another_scheme_is_named_and_nothing_else_is(scheme: str) -> None:
    with pytest.raises(UnsupportedRegistry) as refused:
        parse_registry_url(f"{scheme}://ada:s3cret@host/db?token=s3cret", ROOT)
    assert f"`{scheme}`" in refused.value.message
    assert "sqlite:///" in refused.value.hint
    assert not {"ada", "s3cret", "host"} & set(refused.value.message.replace(":", " ").split())
    assert "s3cret" not in str(refused.value) + refused.value.hint


@pytest.mark.parametrize(
    "url",
    [
        "",
        "registry.db",
        "ada:s3cret@host/db",
        "://x",
        "sqlite://",
        "sqlite://registry.db",
        "sqlite://ada:s3cret@host/x.db",
        "sqlite:///",
        "sqlite:///folder/",
        "sqlite:///:memory:",
        "sqlite:///x.db?mode=s3cret",
        "sqlite:///x.db#s3cret",
        "sqlite:///x\0.db",
        "http://",
        "https:///path",
        "https://ada:s3cret@host",
        "https://s3cret@host/path",
        "https://:s3cret@host",
        "https://host:s3cret",
        "ductape+https://ada:s3cret@host",
        "ductape+https://host?token=s3cret",
        "ductape+https://",
        "https://host:99999",
        "https://host:0",
        "https://host?token=s3cret",
        "https://host/#s3cret",
        "https://ho st/s3cret",
        "https://host\\@s3cret",
        "https://[::1/s3cret",
        "postgresql://host",
        "postgresql://host/",
        "postgresql:///?host=s3cret",
        "postgresql://ada:s3cret",
        "postgresql://ada:s@s3cret@host/db",
        "postgresql://ada:s/s3cret@host/db",
        "postgresql://ada:s?s3cret@host/db",
        "postgresql://ada:s#s3cret@host/db",
        "postgresql://ada:s3cret@host/db/deeper",
        "postgresql://ada:s3cret@host/db#s3cret",
        "postgresql://ada:s3cret@host/d\0b",
        "postgresql://ada:s3cret@host/d b",
        "postgres://ada:s3cret@host",
    ],
)
def test_a_malformed_url_is_refused_without_an_echo(url: str, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedRegistry) as refused:
        open_reader(url, product="p", root=tmp_path)
    with pytest.raises(UnsupportedRegistry):
        open_registry(url, product="p", root=tmp_path, actor="ada")
    assert "s3cret" not in str(refused.value) + refused.value.hint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("ductape+https://api.ductape.app", HttpEndpoint("https://api.ductape.app", is_tls=True, is_loopback=False)),
        ("Ductape+HTTPS://API.ductape.app/", HttpEndpoint("https://api.ductape.app", is_tls=True, is_loopback=False)),
        (
            "ductape+http://localhost:4311/api",
            HttpEndpoint("http://localhost:4311/api", is_tls=False, is_loopback=True),
        ),
    ],
)
def test_a_ductape_url_names_where_the_platforms_api_begins(url: str, endpoint: HttpEndpoint) -> None:
    assert parse_registry_url(url, ROOT) == DuctapeEndpoint(endpoint)


def test_a_ledger_is_refused_by_a_registry_that_records_owners_itself(tmp_path: Path) -> None:
    for url in ("sqlite:///r.db", "https://registry.example.com"):
        with pytest.raises(UnsupportedRegistry, match="this one does"):
            open_reader(url, product="p", root=tmp_path, ledger="ledger.json")
    assert list(tmp_path.iterdir()) == []
