"""`reconciler token`, on a database and over the API."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest

from reconciler.access import Role
from reconciler.cli.main import run
from reconciler.cli.tokens.expiry import read_expiry
from reconciler.registry import open_registry
from tests.server.running import Running, running

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
Answer = tuple[int, str, str]
Cli = Callable[..., Answer]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running("sqlite:///registry.db", tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture(params=["database", "environment", "registry", "api"])
def cli(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Cli:
    """Run `reconciler token`, told in each way where to work."""
    monkeypatch.chdir(tmp_path)
    where: list[str] = []
    match request.param:
        case "database":
            where = ["--database", "sqlite:///registry.db"]
        case "environment":
            monkeypatch.setenv("RECONCILER_DATABASE", "sqlite:///registry.db")
        case "registry":
            where = ["--registry", "sqlite:///registry.db"]
        case "api":
            server: Running = request.getfixturevalue("server")
            where = ["--registry", server.url]
            monkeypatch.setenv("RECONCILER_TOKEN", server.token(Role.ADMIN))

    def call(*arguments: str) -> Answer:
        code = run(["token", *arguments, *where])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def listed(cli: Cli) -> dict[str, dict[str, Any]]:
    return {token["name"]: token for token in json.loads(cli("list", "--format", "json")[1])["tokens"]}


def test_a_token_is_made_listed_and_revoked(cli: Cli) -> None:
    name = f"ci-{id(cli)}"
    code, out, err = cli("create", name, "--role", "write", "--expires", "30d", "--product", "storefront")
    assert code == 0
    assert out.startswith("rct_")
    assert len(out.splitlines()) == 1
    assert "role write, the product `storefront`, until " in err
    token = listed(cli)[name]
    assert (token["role"], token["product"], token["revoked_at"]) == ("write", "storefront", None)
    until = datetime.fromisoformat(token["expires_at"]) - datetime.fromisoformat(token["created_at"])
    assert timedelta(days=29) < until < timedelta(days=31)
    text = cli("list")[1]
    assert text.splitlines()[0].split() == ["ID", "NAME", "ROLE", "PRODUCT", "STATE", "LAST", "USED"]
    assert out.strip() not in text
    assert cli("revoke", name)[:2] == (0, f"Revoked the token `{name}` ({token['id']}).\n")
    assert listed(cli)[name]["revoked_at"] is not None
    assert "revoked 20" in cli("list")[1]
    assert cli("revoke", token["id"])[0] == 0


def test_json_holds_the_secret_of_a_new_token_only(cli: Cli) -> None:
    name = f"json-{id(cli)}"
    made = json.loads(cli("create", name, "--role", "read", "--format", "json")[1])["token"]
    assert made["secret"].startswith("rct_")
    assert made["expires_at"] is made["product"] is None
    assert "secret" not in listed(cli)[name]
    revoked = json.loads(cli("revoke", name, "--format", "json")[1])["token"]
    assert (revoked["id"], "secret" in revoked) == (made["id"], False)


def test_what_can_not_be(cli: Cli) -> None:
    name = f"twin-{id(cli)}"
    assert cli("create", name, "--role", "read")[0] == 0
    code, out, err = cli("create", name, "--role", "read")
    assert (code, out) == (1, "")
    assert name in err
    assert cli("revoke", "nobody")[0] == 1
    assert cli("create", "x", "--role", "owner")[0] == 64
    assert cli("create", "x", "--role", "read", "--expires", "soon")[0] == 64
    assert cli("create", "x", "--role", "read", "--expires", "2001-01-01T00:00:00Z")[0] == 64


def test_no_tokens_are_no_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["token", "list", "--database", "sqlite:///new.db"]) == 7
    assert "does not exist" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    with open_registry("sqlite:///new.db", product="p", root=tmp_path, actor="ada"):
        pass
    assert run(["token", "list", "--database", "sqlite:///new.db"]) == 0
    assert capsys.readouterr().out == "No tokens.\n"


@pytest.mark.parametrize("token", [None, "rct_nonsense", "two words", "caf\u00e9"])
def test_a_server_wants_a_token_that_it_knows(
    server: Running,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    token: str | None,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RECONCILER_TOKEN", raising=False)
    if token is not None:
        monkeypatch.setenv("RECONCILER_TOKEN", token)
    code = run(["token", "list", "--registry", server.url])
    err = capsys.readouterr().err
    assert code == (1 if token is None else 7)
    assert token is None or token not in err


def test_a_token_without_the_role_is_refused(
    server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECONCILER_TOKEN", server.token(Role.WRITE))
    assert run(["token", "list", "--registry", server.url]) == 7
    assert "role `admin`" in capsys.readouterr().err


def test_a_server_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECONCILER_TOKEN", "rct_hush")
    assert run(["-v", "token", "list", "--registry", "http://127.0.0.1:1"]) == 7
    assert "hush" not in capsys.readouterr().err


def test_a_target_has_a_token_of_its_own(
    server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reconciler.yaml").write_text(f'targets: {{eu-west: {{registry: "{server.url}"}}}}\n', encoding="utf-8")
    monkeypatch.setenv("RECONCILER_TOKEN", "rct_other")
    monkeypatch.setenv("RECONCILER_TOKEN_EU_WEST", server.token(Role.ADMIN))
    assert run(["token", "list", "--target", "eu-west"]) == 0
    assert "admin" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("spelled", "expected"),
    [
        (None, None),
        ("90m", NOW + timedelta(minutes=90)),
        ("12h", NOW + timedelta(hours=12)),
        ("30d", NOW + timedelta(days=30)),
        ("8w", NOW + timedelta(weeks=8)),
        ("2027-01-31T12:00:00Z", datetime(2027, 1, 31, 12, tzinfo=UTC)),
        ("2027-01-31T12:00:00+02:00", datetime(2027, 1, 31, 10, tzinfo=UTC)),
    ],
)
def test_expiries(spelled: str | None, expected: datetime | None) -> None:
    assert read_expiry(spelled, NOW) == expected


@pytest.mark.parametrize(
    "spelled", ["", "30", "0d", "-1d", "1y", "999999w", "tomorrow", "2027-01-31", "2026-11-24T12:00:00Z", "1d ", "१d"]
)
def test_no_expiries(spelled: str) -> None:
    with pytest.raises(click.BadParameter, match=r"is no time|is past"):
        read_expiry(spelled, NOW)
