from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.registry import UnsupportedRegistry, open_reader, open_registry
from reconciler.registry.url import SqliteFile, parse_registry_url

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
    "scheme", ["http", "https", "ductape+https", "postgresql", "postgresql+psycopg", "sqlite+pysqlite", "ftp"]
)
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
    ],
)
def test_a_malformed_url_is_refused_without_an_echo(url: str, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedRegistry) as refused:
        open_reader(url, product="p", root=tmp_path)
    with pytest.raises(UnsupportedRegistry):
        open_registry(url, product="p", root=tmp_path, actor="ada")
    assert "s3cret" not in str(refused.value) + refused.value.hint
    assert list(tmp_path.iterdir()) == []
