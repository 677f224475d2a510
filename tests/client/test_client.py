"""The client itself: how it is opened, what it says when a registry is away, and that no error shows its token."""

from __future__ import annotations

import re
import subprocess
import sys
import traceback
from collections.abc import Callable

import pytest

import reconciler.client as package
from reconciler.access import Role
from reconciler.client import (
    Client,
    Manner,
    Patience,
    RegistryDenied,
    RegistryError,
    RegistryRejected,
    RegistryUnavailable,
    Settings,
    Timeouts,
    UnsupportedRegistry,
)
from reconciler.errors import ReconcilerError
from reconciler.project import Secret
from tests.client.conftest import DATA
from tests.server.running import Running
from tests.service.proxy import proxy_to

AT_ONCE = Manner(settings=Settings(), patience=Patience(attempts=1), timeouts=Timeouts(connect=5))
NOBODY_THERE = "http://127.0.0.1:9"


@pytest.mark.parametrize("url", ["sqlite:///registry.db", "postgresql://localhost/registry", "ftp://host", "host", ""])
def test_only_a_registry_server_can_be_opened(url: str) -> None:
    with pytest.raises(UnsupportedRegistry):
        Client(url)


def test_a_token_is_not_sent_in_the_open() -> None:
    with pytest.raises(UnsupportedRegistry, match="everybody on the way could read it"):
        Client("http://registry.example.com", "rct_secret")


def test_a_token_that_cannot_be_one_is_told() -> None:
    with pytest.raises(RegistryDenied, match="can't be sent"):
        Client("https://registry.example.com", "rct secret\n")


@pytest.mark.parametrize("token", ["", " \n", Secret("\n")])
def test_an_empty_token_is_told_at_once(token: str | Secret) -> None:
    with pytest.raises(RegistryDenied, match="is empty") as refused:
        Client("https://registry.example.com", token)
    assert refused.value.hint.endswith("Give None to send no token.")


@pytest.mark.parametrize("wrap", [str, Secret])
def test_a_token_may_come_from_a_file_with_its_newline(
    server: Running, product: str, wrap: Callable[[str], str | Secret]
) -> None:
    with Client(server.url, wrap(f"{server.token(Role.READ)}\r\n"), product=product) as client:
        assert client.session_types.fetch_all() == ()


def test_the_environment_may_allow_a_token_in_the_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECONCILER_ALLOW_INSECURE", "1")
    Client("http://registry.example.com", "rct_secret").close()


@pytest.mark.parametrize(("product", "env"), [("shop", "a/b"), ("shop", ""), ("..", "prd"), ("", "prd")])
def test_a_product_or_environment_that_none_can_be_is_told(product: str, env: str) -> None:
    with pytest.raises(RegistryRejected):
        Client("https://registry.example.com", product=product, env=env)


def test_a_registry_that_is_away_is_told_with_its_address() -> None:
    with Client(NOBODY_THERE, "rct_secret", manner=AT_ONCE) as client:
        for call in (lambda: client.sessions.verify("user", "user:x"), client.session_types.fetch_all):
            with pytest.raises(RegistryUnavailable, match=NOBODY_THERE) as refused:
                call()
            assert (refused.value.status, refused.value.code, refused.value.errors) == (None, "", ())


def test_a_start_that_may_have_happened_says_so(app: Client, server: Running, product: str) -> None:
    with proxy_to(server.url) as traffic:
        traffic.lose |= {"POST"}
        with (
            Client(traffic.url, server.token(Role.RUNTIME), product=product, env="prd", manner=AT_ONCE) as client,
            pytest.raises(RegistryUnavailable) as missed,
        ):
            client.sessions.start("user-session", DATA)
    assert missed.value.hint.endswith("look at the sessions before you repeat it.")
    assert app.sessions.dashboard("user-session").total_sessions == 1


def test_a_token_that_is_unknown_is_told_and_not_shown(server: Running) -> None:
    with (
        Client(server.url, "rct_0123456789abcdef_secret", manner=AT_ONCE) as client,
        pytest.raises(RegistryDenied) as refused,
    ):
        client.sessions.verify("user", "user:eyJ.private.token")
    assert (refused.value.code, refused.value.status) == ("token-unknown", 401)
    # Beside the code that stands here.
    shown = "".join(traceback.format_exception(refused.value)).replace('"user:eyJ.private.token"', "")
    assert "secret" not in shown
    assert "private" not in shown


def test_a_missing_token_is_told(server: Running) -> None:
    with Client(server.url) as client, pytest.raises(RegistryDenied) as refused:
        client.session_types.fetch_all()
    assert refused.value.code == "token-missing"


def test_a_closed_client_cannot_be_used(server: Running) -> None:
    client = Client(server.url, server.token())
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        client.session_types.fetch_all()


def test_the_drawn_tree_of_errors_is_the_real_one() -> None:
    drawn = re.findall(r"^ {4}((?:│ {3}| {4})*(?:[├└]── )?)([A-Z]\w+)(?= |$)", str(package.__doc__), re.MULTILINE)
    above: list[type[Exception]] = [ReconcilerError]
    for indent, name in drawn:
        depth = len(indent) // 4 + 1
        kind = getattr(package, name)
        assert kind.__bases__[0] is above[depth - 1], name
        above[depth:] = [kind]
    errors = {each for each in map(package.__dict__.get, package.__all__) if _is_error(each)}
    assert {getattr(package, name) for _, name in drawn} == errors


def _is_error(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, RegistryError)


def test_the_client_loads_neither_a_database_nor_a_web_framework() -> None:
    heavy = ("sqlalchemy", "alembic", "fastapi", "starlette", "uvicorn", "joserfc", "cryptography", "deepdiff")
    code = f"import sys, reconciler.client; print([each for each in {heavy} if each in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_name_that_is_promised_is_there() -> None:
    assert all(hasattr(package, name) for name in package.__all__)
